extension ValueGenerator {
    /// A new value of that variable: bare text, never quoted.
    public mutating func value(of variable: DynamicVariable) -> String {
        switch variable {
        case .guid, .randomUUID: uuid()
        case .timestamp: String(CivilTime.flooredQuotient(milliseconds + 500, 1000))
        case .isoTimestamp: CivilTime(seconds: seconds).isoText(milliseconds: milliseconds - seconds * 1000)

        case .randomAlphaNumeric: text(1, of: "0123456789abcdefghijklmnopqrstuvwxyz")
        case .randomBoolean: bool() ? "true" : "false"
        case .randomInt: String(integer(0...1000))
        case .randomColor: word(Words.colors)
        case .randomHexColor: "#" + channel() + channel() + channel()
        case .randomAbbreviation: word(Words.abbreviations)

        case .randomIP: "\(below(256)).\(below(256)).\(below(256)).\(below(256))"
        case .randomIPV6: groups(8, of: 4)
        case .randomMACAddress: groups(6, of: 2)
        case .randomPassword: text(15, of: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
        case .randomLocale: word(Words.locales)
        case .randomUserAgent: userAgent()
        case .randomProtocol: bool() ? "https" : "http"
        case .randomSemver: "\(below(10)).\(below(10)).\(below(10))"

        case .randomFirstName: word(Words.firstNames)
        case .randomLastName: word(Words.lastNames)
        case .randomFullName: fullName()
        case .randomNamePrefix: word(Words.namePrefixes)
        case .randomNameSuffix: word(Words.nameSuffixes)

        case .randomJobArea: word(Words.jobAreas)
        case .randomJobDescriptor: word(Words.jobDescriptors)
        case .randomJobTitle: "\(word(Words.jobDescriptors)) \(word(Words.jobAreas)) \(word(Words.jobTypes))"
        case .randomJobType: word(Words.jobTypes)

        case .randomPhoneNumber: phoneNumber()
        case .randomPhoneNumberExt: "\(integer(1...99))-\(phoneNumber())"
        case .randomCity: city()
        case .randomStreetName: streetName()
        case .randomStreetAddress: "\(integer(100...99_999)) \(streetName())"
        case .randomCountry: word(Words.countries)
        case .randomCountryCode: word(Words.countryCodes)
        case .randomLatitude: degrees(90)
        case .randomLongitude: degrees(180)

        case .randomAvatarImage: avatar()
        case .randomImageUrl: Self.image("")
        case .randomAbstractImage: Self.image("/abstract")
        case .randomAnimalsImage: Self.image("/animals")
        case .randomBusinessImage: Self.image("/business")
        case .randomCatsImage: Self.image("/cats")
        case .randomCityImage: Self.image("/city")
        case .randomFoodImage: Self.image("/food")
        case .randomNightlifeImage: Self.image("/nightlife")
        case .randomFashionImage: Self.image("/fashion")
        case .randomPeopleImage: Self.image("/people")
        case .randomNatureImage: Self.image("/nature")
        case .randomSportsImage: Self.image("/sports")
        case .randomTransportImage: Self.image("/transport")
        case .randomImageDataUri: Self.imageData

        case .randomBankAccount: digits(8)
        case .randomBankAccountName: word(Words.accountNames)
        case .randomCreditCardMask: digits(4)
        case .randomBankAccountBic: bic()
        case .randomBankAccountIban: iban()
        case .randomTransactionType: word(Words.transactionTypes)
        case .randomCurrencyCode: word(Words.currencyCodes)
        case .randomCurrencyName: word(Words.currencyNames)
        case .randomCurrencySymbol: word(Words.currencySymbols)
        case .randomBitcoin: bitcoinAddress()

        case .randomCompanyName: companyName()
        case .randomCompanySuffix: word(Words.companySuffixes)
        case .randomBs: "\(word(Words.buzzVerbs)) \(word(Words.buzzAdjectives)) \(word(Words.buzzNouns))"
        case .randomBsAdjective: word(Words.buzzAdjectives)
        case .randomBsBuzz: word(Words.buzzVerbs)
        case .randomBsNoun: word(Words.buzzNouns)
        case .randomCatchPhrase:
            "\(word(Words.sloganAdjectives)) \(word(Words.sloganDescriptors)) \(word(Words.sloganNouns))"
        case .randomCatchPhraseAdjective: word(Words.sloganAdjectives)
        case .randomCatchPhraseDescriptor: word(Words.sloganDescriptors)
        case .randomCatchPhraseNoun: word(Words.sloganNouns)

        case .randomDatabaseColumn: word(Words.databaseColumns)
        case .randomDatabaseType: word(Words.databaseTypes)
        case .randomDatabaseCollation: word(Words.databaseCollations)
        case .randomDatabaseEngine: word(Words.databaseEngines)

        case .randomDateFuture: date(integer(1...Self.secondsPerYear))
        case .randomDatePast: date(-integer(1...Self.secondsPerYear))
        case .randomDateRecent: date(-integer(0...CivilTime.secondsPerDay))
        case .randomWeekday: word(CivilTime.weekdays)
        case .randomMonth: word(CivilTime.months)

        case .randomDomainName: domain()
        case .randomDomainSuffix: word(Words.domainSuffixes)
        case .randomDomainWord: domainWord()
        case .randomEmail: "\(userName())@\(word(Words.mailProviders))"
        case .randomExampleEmail: "\(userName())@\(word(Words.exampleDomains))"
        case .randomUserName: userName()
        case .randomUrl: (bool() ? "https://" : "http://") + domain()

        case .randomFileName: fileName(Words.fileExtensions)
        case .randomFileType: word(Words.fileTypes)
        case .randomFileExt: word(Words.fileExtensions)
        case .randomCommonFileName: fileName(Words.commonFileExtensions)
        case .randomCommonFileType: word(Words.commonFileTypes)
        case .randomCommonFileExt: word(Words.commonFileExtensions)
        case .randomFilePath: "\(word(Words.directories))/\(fileName(Words.fileExtensions))"
        case .randomDirectoryPath: word(Words.directories)
        case .randomMimeType: word(Words.mediaTypes)

        case .randomPrice: price()
        case .randomProduct: word(Words.products)
        case .randomProductAdjective: word(Words.productAdjectives)
        case .randomProductMaterial: word(Words.productMaterials)
        case .randomProductName:
            "\(word(Words.productAdjectives)) \(word(Words.productMaterials)) \(word(Words.products))"
        case .randomDepartment: word(Words.departments)

        case .randomNoun: word(Words.nouns)
        case .randomVerb: word(Words.verbs)
        case .randomIngverb: word(Words.ingVerbs)
        case .randomAdjective: word(Words.adjectives)
        case .randomWord: anyWord()
        case .randomWords: joined(integer(2...5)) { $0.anyWord() }
        case .randomPhrase: phrase()

        case .randomLoremWord: word(Words.latin)
        case .randomLoremWords: joined(3) { $0.word(Words.latin) }
        case .randomLoremSentence: sentence()
        case .randomLoremSentences: sentences(2...6)
        case .randomLoremParagraph: sentences(3...6)
        case .randomLoremParagraphs: joined(3, by: "\n \r") { $0.sentences(3...6) }
        case .randomLoremText: loremText()
        case .randomLoremSlug: joined(3, by: "-") { $0.word(Words.latin) }
        case .randomLoremLines: joined(integer(1...5), by: "\n") { $0.sentence() }
        }
    }
}
