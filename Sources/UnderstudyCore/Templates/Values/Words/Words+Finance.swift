/// Accounts and money.
extension Words {
    /// Postman's own list, whole.
    static let accountNames = WordList(
        """
        Auto Loan Account, Checking Account, Credit Card Account, Home Loan Account, Investment Account,
        Money Market Account, Personal Loan Account, Savings Account
        """)

    /// Postman's own list, whole.
    static let transactionTypes = WordList("deposit, invoice, payment, withdrawal")

    /// ISO 4217.
    static let currencyCodes = WordList(
        """
        AED, ALL, AMD, ARS, AUD, AZN, BAM, BBD, BDT, BGN, BHD, BOB, BRL, BSD, BWP, BZD, CAD, CHF, CLP, CNY, COP,
        CRC, CZK, DKK, DOP, DZD, EGP, ETB, EUR, FJD, GBP, GEL, GHS, GIP, GTQ, HKD, HNL, HUF, IDR, ILS, INR, ISK,
        JMD, JOD, JPY, KES, KHR, KRW, KWD, KZT, LBP, LKR, MAD, MDL, MNT, MUR, MXN, MYR, NAD, NGN, NOK, NPR, NZD,
        OMR, PEN, PHP, PKR, PLN, PYG, QAR, RON, RSD, RWF, SAR, SCR, SEK, SGD, THB, TJS, TND, TRY, TTD, TWD, TZS,
        UAH, UGX, USD, UYU, UZS, VND, XAF, ZAR, ZMW
        """)

    static let currencyNames = WordList(
        """
        Argentine Peso, Armenian Dram, Australian Dollar, Bahamian Dollar, Bolivar, Brazilian Real, Bulgarian Lev,
        Canadian Dollar, Chilean Peso, Colombian Peso, Costa Rican Colon, Cuban Peso, Czech Koruna, Danish Krone,
        Dong, East Caribbean Dollar, Egyptian Pound, Euro, Fiji Dollar, Forint, Ghana Cedi, Gibraltar Pound, Gourde,
        Guarani, Hong Kong Dollar, Hryvnia, Iceland Krona, Indian Rupee, Jamaican Dollar, Jordanian Dinar,
        Kenyan Shilling, Kina, Kuwaiti Dinar, Kwacha, Lek, Lempira, Malaysian Ringgit, Manat, Mexican Peso,
        Moldovan Leu, Moroccan Dirham, Naira, Namibia Dollar, Nepalese Rupee, New Israeli Sheqel,
        New Zealand Dollar, Norwegian Krone, Pakistan Rupee, Peso Uruguayo, Philippine Peso, Pound Sterling, Pula,
        Qatari Rial, Quetzal, Rand, Rial Omani, Riel, Romanian Leu, Rufiyaa, Rupiah, Saudi Riyal, Serbian Dinar,
        Singapore Dollar, Sol, Som, Sri Lanka Rupee, Surinam Dollar, Swedish Krona, Swiss Franc, Taka, Tala, Tenge,
        Tugrik, Tunisian Dinar, Turkish Lira, UAE Dirham, US Dollar, Won, Yen, Yuan Renminbi, Zloty
        """)

    static let currencySymbols = WordList(
        """
        $, €, £, ¥, ₹, ₩, ₫, ₴, ₦, ₱, ₡, ₪, ₭, ₮, ฿, kr, Kč, zł, Ft, лв, lei, R$, NT$, $b, C$, BZ$, J$, RD$, TT$,
        Z$, Lek, Php, RM, Rp, Gs, Bs, S/., S, P, B/., Q, R, ƒ, ден, Дин., KM, kn, MT, ман
        """)
}
