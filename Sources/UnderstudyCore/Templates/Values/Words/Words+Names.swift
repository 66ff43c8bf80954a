/// People and their work.
extension Words {
    /// First names; letters only, because user and host names are made of them.
    static let firstNames = WordList(
        """
        Ada, Agnes, Alan, Albert, Alice, Amara, Amos, Anna, Arthur, Astrid, Basil, Beatrice, Ben, Bianca, Boris,
        Bruno, Carla, Carol, Cecil, Chloe, Clara, Conrad, Cora, Daisy, Daniel, Daria, David, Diana, Dora, Edgar,
        Edith, Elena, Elias, Ella, Emil, Emma, Erik, Esther, Eva, Felix, Fiona, Flora, Frank, Frida, George, Gina,
        Grace, Greta, Gustav, Hana, Harold, Hazel, Helen, Henry, Hilda, Hugo, Ida, Igor, Ingrid, Irene, Isaac, Ivan,
        Ivy, Jacob, James, Jane, Jasper, Joan, Jonas, Joseph, Julia, Karen, Karl, Kira, Klara, Laura, Leo, Lewis,
        Lily, Linda, Louis, Lucy, Luke, Mabel, Marco, Maria, Martha, Martin, Maya, Mia, Miles, Milo, Mina, Nadia,
        Nancy, Naomi, Neil, Nina, Noah, Nora, Olga, Oliver, Omar, Oscar, Otto, Paula, Peter, Petra, Philip, Quentin,
        Rachel, Ralph, Rita, Robert, Rosa, Ruben, Rufus, Ruth, Samuel, Sara, Selma, Silas, Simon, Sofia, Stella,
        Susan, Tara, Thea, Theo, Thomas, Tilda, Tim, Tobias, Una, Ursula, Vera, Victor, Viola, Walter, Wanda, Wendy,
        William, Xenia, Yara, Yusuf, Zelda, Zoe
        """)

    /// Last names; an apostrophe may occur.
    static let lastNames = WordList(
        """
        Abbott, Adler, Andersen, Archer, Bailey, Baker, Barnes, Becker, Bell, Bennett, Berg, Bishop, Black, Bloom,
        Brandt, Brooks, Brown, Burke, Byrne, Carter, Castillo, Chapman, Chen, Clark, Cole, Conti, Cooper, Costa,
        Cruz, Curtis, D'Amico, Dahl, Dalton, Davis, Diaz, Dixon, Dubois, Duncan, Eaton, Ellis, Evans, Farrell,
        Fischer, Fisher, Fleming, Foster, Fox, Frost, Garcia, Gibson, Graham, Grant, Gray, Green, Hale, Hansen,
        Harris, Hart, Hayes, Hill, Hoffman, Holm, Hughes, Hunt, Ito, Jackson, Jansen, Jensen, Johnson, Jones,
        Keller, Kelly, Khan, Kim, King, Klein, Kovacs, Kumar, Lambert, Lang, Larsen, Lee, Lehmann, Lopez, Lund,
        Marsh, Martinez, Mason, Meyer, Miller, Moore, Moreau, Morris, Murphy, Nakamura, Nash, Nelson, Newman,
        Nguyen, Nielsen, Novak, O'Brien, O'Hara, O'Neill, Olsen, Owens, Park, Parker, Patel, Perez, Petrov,
        Phillips, Porter, Price, Quinn, Ramirez, Reed, Reyes, Ricci, Richter, Rivera, Roberts, Rossi, Russell, Ryan,
        Santos, Sato, Schmidt, Schneider, Scott, Shaw, Silva, Singh, Smith, Sokolov, Stone, Suzuki, Tanaka, Taylor,
        Thompson, Torres, Turner, Vogel, Wagner, Walker, Walsh, Ward, Watson, Weber, West, White, Williams, Wilson,
        Wolf, Wood, Wright, Yang, Young, Ziegler
        """)

    /// Postman's own list, whole.
    static let namePrefixes = WordList("Dr., Miss, Mr., Mrs., Ms.")

    /// Postman's own list, whole.
    static let nameSuffixes = WordList("DDS, DVM, I, II, III, IV, Jr., MD, PhD, Sr., V")

    /// Postman's own list, whole.
    static let jobAreas = WordList(
        """
        Accountability, Accounts, Applications, Assurance, Brand, Branding, Communications, Configuration, Creative,
        Data, Directives, Division, Factors, Functionality, Group, Identity, Implementation, Infrastructure,
        Integration, Interactions, Intranet, Marketing, Markets, Metrics, Mobility, Operations, Optimization,
        Paradigm, Program, Quality, Research, Response, Security, Solutions, Tactics, Usability, Web
        """)

    /// Postman's own list, whole.
    static let jobDescriptors = WordList(
        """
        Central, Chief, Corporate, Customer, Direct, District, Dynamic, Forward, Future, Global, Human, Internal,
        International, Investor, Lead, Legacy, National, Principal, Product, Regional, Senior
        """)

    /// Postman's own list, whole.
    static let jobTypes = WordList(
        """
        Administrator, Agent, Analyst, Architect, Assistant, Associate, Consultant, Coordinator, Designer,
        Developer, Director, Engineer, Executive, Facilitator, Liaison, Manager, Officer, Orchestrator, Planner,
        Producer, Representative, Specialist, Strategist, Supervisor, Technician
        """)
}
