/// What shops sell.
extension Words {
    /// Postman's own list, whole.
    static let products = WordList(
        """
        Bacon, Ball, Bike, Car, Chair, Cheese, Chicken, Chips, Computer, Fish, Gloves, Hat, Keyboard, Mouse, Pants,
        Pizza, Salad, Sausages, Shirt, Shoes, Soap, Table, Towels, Tuna
        """)

    /// Postman's own list, whole.
    static let productAdjectives = WordList(
        """
        Awesome, Ergonomic, Fantastic, Generic, Gorgeous, Handcrafted, Handmade, Incredible, Intelligent, Licensed,
        Practical, Refined, Rustic, Sleek, Small, Tasty, Unbranded
        """)

    /// Postman's own list, whole.
    static let productMaterials = WordList(
        """
        Concrete, Cotton, Fresh, Frozen, Granite, Metal, Plastic, Rubber, Soft, Steel, Wooden
        """)

    /// Postman's own list, whole.
    static let departments = WordList(
        """
        Automotive, Baby, Beauty, Books, Clothing, Computers, Electronics, Games, Garden, Grocery, Health, Home,
        Industrial, Jewelery, Kids, Movies, Music, Outdoors, Shoes, Sports, Tools, Toys
        """)
}
