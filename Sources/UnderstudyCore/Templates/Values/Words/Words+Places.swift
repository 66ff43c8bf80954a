/// Places, and the languages spoken there.
extension Words {
    /// What made-up city names begin with.
    static let cityPrefixes = WordList("North, East, South, West, New, Lake, Port, Upper, Lower, Old")

    /// What made-up city names end in, joined to a name.
    static let citySuffixes = WordList(
        """
        town, ton, ville, burgh, bury, ford, mouth, haven, field, stad, side, view, land
        """)

    /// Cities that exist.
    static let cities = WordList(
        """
        Aberdeen, Accra, Adelaide, Amsterdam, Antwerp, Athens, Auckland, Austin, Bangkok, Barcelona, Belfast,
        Bergen, Berlin, Bern, Bologna, Boston, Bristol, Brussels, Budapest, Buenos Aires, Cairo, Cape Town, Cardiff,
        Chicago, Copenhagen, Dakar, Dallas, Delhi, Denver, Dublin, Edinburgh, Florence, Geneva, Ghent, Glasgow,
        Hamburg, Hanoi, Helsinki, Hobart, Houston, Istanbul, Jakarta, Kyoto, Lagos, Leeds, Lima, Lisbon, Liverpool,
        London, Lyon, Madrid, Manila, Marseille, Melbourne, Mexico City, Milan, Montreal, Mumbai, Munich, Nairobi,
        Naples, New York, Oslo, Ottawa, Paris, Perth, Porto, Prague, Quito, Riga, Rome, Rotterdam, San Diego,
        Santiago, Seattle, Seoul, Seville, Singapore, Sofia, Stockholm, Sydney, Taipei, Tallinn, Tokyo, Toronto,
        Tunis, Turin, Valencia, Vancouver, Vienna, Vilnius, Warsaw, Wellington, Zurich
        """)

    /// What follows the name in a street.
    static let streetSuffixes = WordList(
        """
        Alley, Avenue, Bridge, Brook, Circle, Court, Cove, Creek, Crescent, Crossing, Dale, Drive, Falls, Field,
        Flat, Ford, Garden, Gate, Glen, Green, Grove, Harbor, Heights, Hill, Junction, Knoll, Lake, Lane, Lights,
        Meadow, Mill, Mount, Orchard, Park, Pass, Path, Pine, Place, Plaza, Point, Port, Ranch, Ridge, River, Road,
        Row, Shore, Spring, Square, Street, Summit, Terrace, Trail, Valley, View, Village, Walk, Way, Well, Wood
        """)

    /// Country names in English.
    static let countries = WordList(
        """
        Albania, Algeria, Argentina, Armenia, Australia, Austria, Azerbaijan, Bahamas, Bangladesh, Belgium, Belize,
        Bolivia, Botswana, Brazil, Bulgaria, Cambodia, Cameroon, Canada, Chile, China, Colombia, Costa Rica,
        Croatia, Cyprus, Czech Republic, Denmark, Dominican Republic, Ecuador, Egypt, Estonia, Ethiopia, Fiji,
        Finland, France, Gabon, Georgia, Germany, Ghana, Greece, Guatemala, Honduras, Hungary, Iceland, India,
        Indonesia, Ireland, Israel, Italy, Jamaica, Japan, Jordan, Kazakhstan, Kenya, Kuwait, Latvia, Lebanon,
        Liberia, Lithuania, Luxembourg, Madagascar, Malaysia, Malta, Mauritius, Mexico, Moldova, Monaco, Mongolia,
        Montenegro, Morocco, Mozambique, Namibia, Nepal, Netherlands, New Zealand, Nicaragua, Nigeria, Norway, Oman,
        Pakistan, Panama, Paraguay, Peru, Philippines, Poland, Portugal, Qatar, Romania, Rwanda, Saudi Arabia,
        Senegal, Serbia, Singapore, Slovakia, Slovenia, South Africa, Spain, Sri Lanka, Sweden, Switzerland,
        Tanzania, Thailand, Tonga, Tunisia, Turkey, Uganda, Ukraine, United Kingdom, United States of America,
        Uruguay, Vietnam, Zambia
        """)

    /// ISO 3166-1 alpha-2.
    static let countryCodes = WordList(
        """
        AD, AE, AL, AM, AR, AT, AU, AZ, BA, BB, BD, BE, BG, BH, BO, BR, BS, BW, BZ, CA, CH, CI, CL, CM, CN, CO, CR,
        CU, CY, CZ, DE, DJ, DK, DO, DZ, EC, EE, EG, ES, ET, FI, FJ, FR, GA, GB, GE, GH, GR, GT, HN, HR, HT, HU, ID,
        IE, IL, IN, IS, IT, JM, JO, JP, KE, KH, KR, KW, KZ, LA, LB, LI, LK, LT, LU, LV, MA, MC, MD, ME, MG, MK, MN,
        MT, MU, MV, MX, MY, MZ, NA, NG, NI, NL, NO, NP, NZ, OM, PA, PE, PH, PK, PL, PT, PY, QA, RO, RS, RW, SA, SE,
        SG, SI, SK, SN, TH, TN, TO, TR, TT, TW, TZ, UA, UG, US, UY, UZ, VE, VN, ZA, ZM, ZW
        """)

    /// ISO 639 language codes of two and three letters.
    static let locales = WordList(
        """
        af, am, ar, az, be, bg, bn, bs, ca, cs, cy, da, de, dv, el, en, eo, es, et, eu, fa, fi, fil, fo, fr, fy, ga,
        gd, gl, gu, he, hi, hr, hu, hy, id, is, it, ja, ka, kk, km, kn, ko, kok, ku, ky, la, lb, ln, lo, lt, lv, mi,
        mk, ml, mn, mo, mr, ms, mt, nb, ne, nl, nn, oc, or, pa, pl, ps, pt, qu, rm, ro, ru, rw, sa, sd, se, si, sk,
        sl, so, sq, sr, sv, sw, ta, te, tg, th, ti, tk, tn, tr, tt, uk, ur, uz, vi, wo, xh, yi, yo, zh, zu
        """)
}
