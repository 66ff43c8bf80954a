/// The dynamic variables whose values are all known: no value may be missing and none may be added.
enum DynamicValues {
    static let all: [(name: String, values: Set<String>)] = table.split(separator: "\n").map { line in
        let parts = line.split(separator: ": ", maxSplits: 1)
        return (String(parts[0]), Set(parts[1].split(separator: ", ").map(String.init)))
    }

    private static let table = #"""
        $randomAlphaNumeric: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, \#
        t, u, v, w, x, y, z
        $randomBoolean: false, true
        $randomColor: azure, black, blue, cyan, fuchsia, gold, green, grey, indigo, ivory, lavender, lime, magenta, \#
        maroon, mint green, olive, orange, orchid, pink, plum, purple, red, salmon, silver, sky blue, tan, teal, \#
        turquoise, violet, white, yellow
        $randomAbbreviation: ADP, AGP, AI, COM, CSS, EXE, FTP, GB, HDD, HTTP, IB, JBOD, JSON, PCI, PNG, RAM, RSS, \#
        SAS, SCSI, SDD, SMS, SMTP, SQL, SSL, TCP, THX, USB, XML, XSS
        $randomProtocol: http, https
        $randomNamePrefix: Dr., Miss, Mr., Mrs., Ms.
        $randomNameSuffix: DDS, DVM, I, II, III, IV, Jr., MD, PhD, Sr., V
        $randomJobArea: Accountability, Accounts, Applications, Assurance, Brand, Branding, Communications, \#
        Configuration, Creative, Data, Directives, Division, Factors, Functionality, Group, Identity, \#
        Implementation, Infrastructure, Integration, Interactions, Intranet, Marketing, Markets, Metrics, Mobility, \#
        Operations, Optimization, Paradigm, Program, Quality, Research, Response, Security, Solutions, Tactics, \#
        Usability, Web
        $randomJobDescriptor: Central, Chief, Corporate, Customer, Direct, District, Dynamic, Forward, Future, \#
        Global, Human, Internal, International, Investor, Lead, Legacy, National, Principal, Product, Regional, \#
        Senior
        $randomJobType: Administrator, Agent, Analyst, Architect, Assistant, Associate, Consultant, Coordinator, \#
        Designer, Developer, Director, Engineer, Executive, Facilitator, Liaison, Manager, Officer, Orchestrator, \#
        Planner, Producer, Representative, Specialist, Strategist, Supervisor, Technician
        $randomBankAccountName: Auto Loan Account, Checking Account, Credit Card Account, Home Loan Account, \#
        Investment Account, Money Market Account, Personal Loan Account, Savings Account
        $randomTransactionType: deposit, invoice, payment, withdrawal
        $randomCompanySuffix: Group, Inc, LLC, and Sons
        $randomBsNoun: ROI, action-items, applications, architectures, bandwidth, blockchains, channels, \#
        communities, content, convergence, deliverables, e-business, e-commerce, e-markets, e-services, e-tailers, \#
        experiences, eyeballs, functionalities, infomediaries, infrastructures, initiatives, interfaces, markets, \#
        methodologies, metrics, mindshare, models, networks, niches, paradigms, partnerships, platforms, portals, \#
        relationships, schemas, solutions, supply-chains, synergies, systems, technologies, users, vortals, \#
        web services, web-readiness
        $randomDatabaseColumn: avatar, category, comment, createdAt, email, group, id, name, password, phone, \#
        status, title, token, updatedAt
        $randomDatabaseType: bigint, binary, bit, blob, boolean, date, datetime, decimal, double, enum, float, \#
        geometry, int, mediumint, point, real, serial, set, smallint, text, time, timestamp, tinyint, varchar
        $randomDatabaseCollation: ascii_bin, ascii_general_ci, cp1250_bin, cp1250_general_ci, utf8_bin, \#
        utf8_general_ci, utf8_unicode_ci
        $randomDatabaseEngine: ARCHIVE, BLACKHOLE, CSV, InnoDB, MEMORY, MyISAM
        $randomWeekday: Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday
        $randomMonth: April, August, December, February, January, July, June, March, May, November, October, \#
        September
        $randomDomainSuffix: biz, com, info, name, net, org
        $randomFileType: application, audio, chemical, font, image, message, model, multipart, text, video, \#
        x-conference, x-shader
        $randomCommonFileType: application, audio, image, text, video
        $randomCommonFileExt: gif, htm, html, jpe, jpeg, jpg, m1v, m2a, m2v, m3a, mp2, mp2a, mp3, mp4, mp4v, mpe, \#
        mpeg, mpg, mpg4, mpga, pdf, png, shtml, wav
        $randomProduct: Bacon, Ball, Bike, Car, Chair, Cheese, Chicken, Chips, Computer, Fish, Gloves, Hat, \#
        Keyboard, Mouse, Pants, Pizza, Salad, Sausages, Shirt, Shoes, Soap, Table, Towels, Tuna
        $randomProductAdjective: Awesome, Ergonomic, Fantastic, Generic, Gorgeous, Handcrafted, Handmade, \#
        Incredible, Intelligent, Licensed, Practical, Refined, Rustic, Sleek, Small, Tasty, Unbranded
        $randomProductMaterial: Concrete, Cotton, Fresh, Frozen, Granite, Metal, Plastic, Rubber, Soft, Steel, \#
        Wooden
        $randomDepartment: Automotive, Baby, Beauty, Books, Clothing, Computers, Electronics, Games, Garden, \#
        Grocery, Health, Home, Industrial, Jewelery, Kids, Movies, Music, Outdoors, Shoes, Sports, Tools, Toys
        $randomNoun: alarm, application, array, bandwidth, bus, capacitor, card, circuit, driver, feed, firewall, \#
        hard drive, interface, matrix, microchip, monitor, panel, pixel, port, program, protocol, sensor, system, \#
        transmitter
        $randomVerb: back up, bypass, calculate, compress, connect, copy, generate, hack, index, input, navigate, \#
        override, parse, program, quantify, reboot, synthesize, transmit
        $randomIngverb: backing up, bypassing, calculating, compressing, connecting, copying, generating, hacking, \#
        indexing, navigating, overriding, parsing, programming, quantifying, synthesizing, transmitting
        $randomAdjective: 1080p, auxiliary, back-end, bluetooth, cross-platform, digital, haptic, mobile, \#
        multi-byte, neural, online, open-source, optical, primary, redundant, solid state, virtual, wireless
        """#
}
