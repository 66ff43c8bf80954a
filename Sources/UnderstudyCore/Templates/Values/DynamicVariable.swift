/// Postman's dynamic variables: `{{$guid}}` and 117 more, each a new value wherever it stands.
///
/// A case's name is the variable's without its `$`, case and all. What each yields is in `ValueGenerator.value(of:)`.
/// Source: <https://learning.postman.com/docs/tests-and-scripts/write-scripts/variables-list/>
public enum DynamicVariable: String, CaseIterable, Sendable {
    case guid, timestamp, isoTimestamp, randomUUID
    // Text, numbers, colours
    case randomAlphaNumeric, randomBoolean, randomInt, randomColor, randomHexColor, randomAbbreviation
    // Internet
    case randomIP, randomIPV6, randomMACAddress, randomPassword, randomLocale, randomUserAgent, randomProtocol,
        randomSemver
    // Names
    case randomFirstName, randomLastName, randomFullName, randomNamePrefix, randomNameSuffix
    // Profession
    case randomJobArea, randomJobDescriptor, randomJobTitle, randomJobType
    // Phone, address
    case randomPhoneNumber, randomPhoneNumberExt, randomCity, randomStreetName, randomStreetAddress, randomCountry,
        randomCountryCode, randomLatitude, randomLongitude
    // Images
    case randomAvatarImage, randomImageUrl, randomAbstractImage, randomAnimalsImage, randomBusinessImage,
        randomCatsImage, randomCityImage, randomFoodImage, randomNightlifeImage, randomFashionImage, randomPeopleImage,
        randomNatureImage, randomSportsImage, randomTransportImage, randomImageDataUri
    // Finance
    case randomBankAccount, randomBankAccountName, randomCreditCardMask, randomBankAccountBic, randomBankAccountIban,
        randomTransactionType, randomCurrencyCode, randomCurrencyName, randomCurrencySymbol, randomBitcoin
    // Business
    case randomCompanyName, randomCompanySuffix, randomBs, randomBsAdjective, randomBsBuzz, randomBsNoun,
        randomCatchPhrase, randomCatchPhraseAdjective, randomCatchPhraseDescriptor, randomCatchPhraseNoun
    // Databases
    case randomDatabaseColumn, randomDatabaseType, randomDatabaseCollation, randomDatabaseEngine
    // Dates
    case randomDateFuture, randomDatePast, randomDateRecent, randomWeekday, randomMonth
    // Domains, mail, users
    case randomDomainName, randomDomainSuffix, randomDomainWord, randomEmail, randomExampleEmail, randomUserName,
        randomUrl
    // Files
    case randomFileName, randomFileType, randomFileExt, randomCommonFileName, randomCommonFileType, randomCommonFileExt,
        randomFilePath, randomDirectoryPath, randomMimeType
    // Stores
    case randomPrice, randomProduct, randomProductAdjective, randomProductMaterial, randomProductName, randomDepartment
    // Grammar
    case randomNoun, randomVerb, randomIngverb, randomAdjective, randomWord, randomWords, randomPhrase
    // Lorem ipsum
    case randomLoremWord, randomLoremWords, randomLoremSentence, randomLoremSentences, randomLoremParagraph,
        randomLoremParagraphs, randomLoremText, randomLoremSlug, randomLoremLines

    /// The name as it stands between braces.
    public var name: String { "$" + rawValue }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    /// `nil` for a name that is not one of them, such as `$randomDate`.
    public init?(name: String) {
        guard let variable = Self.byName[name] else { return nil }
        self = variable
    }
}
