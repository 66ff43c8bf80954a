/// The format of every dynamic variable: its name, a blank, and the expression that a whole value matches.
enum DynamicFormats {
    static let all: [(name: String, pattern: String)] = table.split(separator: "\n").map { line in
        let blank = line.firstIndex(of: " ") ?? line.endIndex
        return (String(line[..<blank]), String(line[blank...].dropFirst()))
    }

    private static let table = #"""
        $guid [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}
        $timestamp \d{10}
        $isoTimestamp \d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z
        $randomUUID [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}
        $randomAlphaNumeric [0-9a-z]
        $randomBoolean true|false
        $randomInt \d{1,3}|1000
        $randomColor [a-z]+( [a-z]+)?
        $randomHexColor #[0-9a-f]{6}
        $randomAbbreviation [A-Z]{2,4}
        $randomIP \d{1,3}(\.\d{1,3}){3}
        $randomIPV6 [0-9a-f]{4}(:[0-9a-f]{4}){7}
        $randomMACAddress [0-9a-f]{2}(:[0-9a-f]{2}){5}
        $randomPassword \w{15}
        $randomLocale [a-z]{2,3}
        $randomUserAgent (Mozilla|Opera)/.+
        $randomProtocol https?
        $randomSemver \d\.\d\.\d
        $randomFirstName [A-Z][A-Za-z']+
        $randomLastName [A-Z][A-Za-z']+
        $randomFullName [A-Z][A-Za-z'. ]+
        $randomNamePrefix Mr\.|Mrs\.|Ms\.|Miss|Dr\.
        $randomNameSuffix Jr\.|Sr\.|I|II|III|IV|V|MD|DDS|PhD|DVM
        $randomJobArea [A-Z][a-z]+
        $randomJobDescriptor [A-Z][a-z]+
        $randomJobTitle [A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+
        $randomJobType [A-Z][a-z]+
        $randomPhoneNumber \d{3}-\d{3}-\d{4}
        $randomPhoneNumberExt \d{1,2}-\d{3}-\d{3}-\d{4}
        $randomCity [A-Z][A-Za-z'.\-/() ]+
        $randomStreetName [A-Z][A-Za-z']+ [A-Z][A-Za-z]+
        $randomStreetAddress \d{3,5} [A-Z][A-Za-z']+ [A-Z][A-Za-z]+
        $randomCountry .{4,60}
        $randomCountryCode [A-Z]{2}
        $randomLatitude -?\d{1,2}\.\d{4}
        $randomLongitude -?\d{1,3}\.\d{4}
        $randomAvatarImage https://(cloudflare-ipfs\.com/ipfs/\w+/avatar/\d{1,4}\.jpg|\#
        avatars\.githubusercontent\.com/u/\d+)
        $randomImageUrl http://placeimg\.com/640/480
        $randomAbstractImage http://placeimg\.com/640/480/abstract
        $randomAnimalsImage http://placeimg\.com/640/480/animals
        $randomBusinessImage http://placeimg\.com/640/480/business
        $randomCatsImage http://placeimg\.com/640/480/cats
        $randomCityImage http://placeimg\.com/640/480/city
        $randomFoodImage http://placeimg\.com/640/480/food
        $randomNightlifeImage http://placeimg\.com/640/480/nightlife
        $randomFashionImage http://placeimg\.com/640/480/fashion
        $randomPeopleImage http://placeimg\.com/640/480/people
        $randomNatureImage http://placeimg\.com/640/480/nature
        $randomSportsImage http://placeimg\.com/640/480/sports
        $randomTransportImage http://placeimg\.com/640/480/transport
        $randomImageDataUri data:image/svg\+xml;charset=UTF-8,%3Csvg.+
        $randomBankAccount \d{8}
        $randomBankAccountName [A-Z][A-Za-z ]+ Account
        $randomCreditCardMask \d{4}
        $randomBankAccountBic [A-Z]{3}[AEIOU][A-Z]{2}[A-Z]1([A-Z]{3}|\d{3})?
        $randomBankAccountIban [A-Z]{2}\d{2}[A-Z0-9]{11,27}
        $randomTransactionType deposit|withdrawal|payment|invoice
        $randomCurrencyCode [A-Z]{3}
        $randomCurrencyName .{3,60}
        $randomCurrencySymbol .{1,4}
        $randomBitcoin [13][1-9a-km-zA-HJ-NP-Z]{24,33}
        $randomCompanyName [A-Z][A-Za-z',\- ]+
        $randomCompanySuffix Inc|LLC|Group|and Sons
        $randomBs .{10,60}
        $randomBsAdjective [A-Za-z0-9/\-]+
        $randomBsBuzz [a-z\-]+
        $randomBsNoun [A-Za-z\- ]+
        $randomCatchPhrase .{10,70}
        $randomCatchPhraseAdjective [A-Z][A-Za-z\- ]+
        $randomCatchPhraseDescriptor [A-Za-z0-9/][A-Za-z0-9/\- ]+
        $randomCatchPhraseNoun [A-Za-z][A-Za-z\- ]+
        $randomDatabaseColumn [A-Za-z]+
        $randomDatabaseType [a-z]+
        $randomDatabaseCollation [a-z0-9_]+
        $randomDatabaseEngine [A-Za-z]+
        $randomDateFuture (Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|\#
        Dec) \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4} \(.+\)
        $randomDatePast (Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|\#
        Dec) \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4} \(.+\)
        $randomDateRecent (Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|\#
        Dec) \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4} \(.+\)
        $randomWeekday Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday
        $randomMonth January|February|March|April|May|June|July|August|September|October|November|December
        $randomDomainName [a-z0-9\-]+\.(com|net|org|biz|info|name)
        $randomDomainSuffix com|net|org|biz|info|name
        $randomDomainWord [a-z0-9\-]+
        $randomEmail [A-Za-z0-9._\-]+@(gmail|yahoo|hotmail)\.com
        $randomExampleEmail [A-Za-z0-9._\-]+@example\.(com|net|org)
        $randomUserName [A-Za-z]+([._][A-Za-z]+)?\d{0,2}
        $randomUrl https?://[a-z0-9\-]+\.(com|net|org|biz|info|name)
        $randomFileName [^/]+\.[^/]+
        $randomFileType [a-z\-]+
        $randomFileExt [^./]+
        $randomCommonFileName [^/]+\.(gif|html?|jpe|jpeg|jpg|m1v|m2a|m2v|m3a|mp2a?|mp3|mp4v?|mpe|mpeg|mpg4?|mpga|\#
        pdf|png|shtml|wav)
        $randomCommonFileType application|audio|image|text|video
        $randomCommonFileExt gif|html?|jpe|jpeg|jpg|m1v|m2a|m2v|m3a|mp2a?|mp3|mp4v?|mpe|mpeg|mpg4?|mpga|pdf|png|\#
        shtml|wav
        $randomFilePath /.+/[^/]+\.[^/]+
        $randomDirectoryPath /[A-Za-z0-9+/]+
        $randomMimeType [a-z0-9\-]+/[A-Za-z0-9.+\-_]+
        $randomPrice \d{1,4}\.\d{2}
        $randomProduct [A-Z][a-z]+
        $randomProductAdjective [A-Z][a-z]+
        $randomProductMaterial [A-Z][a-z]+
        $randomProductName [A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+
        $randomDepartment [A-Z][a-z]+
        $randomNoun [a-z]+( [a-z]+)?
        $randomVerb [a-z]+( [a-z]+)?
        $randomIngverb [a-z]+( [a-z]+)?
        $randomAdjective [a-z0-9\-]+( [a-z]+)?
        $randomWord [^\s]+
        $randomWords [^\s]+( [^\s]+){1,4}
        $randomPhrase .+!
        $randomLoremWord [a-z]+
        $randomLoremWords [a-z]+( [a-z]+){2}
        $randomLoremSentence [A-Z][a-z]*( [a-z]+){2,9}\.
        $randomLoremSentences ([A-Z][a-z ]*\. ?){2,6}
        $randomLoremParagraph ([A-Z][a-z ]*\. ?){3,6}
        $randomLoremParagraphs (?s).+\n \r.+\n \r.+
        $randomLoremText (?s).+
        $randomLoremSlug [a-z]+(-[a-z]+){2}
        $randomLoremLines (?s)[A-Z][a-z ]*\.(\n[A-Z][a-z ]*\.){0,4}
        """#
}
