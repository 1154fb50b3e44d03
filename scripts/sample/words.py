"""The invented parts that names are put together from."""

# fmt: off
BRANDS = (
    "Ombrelin", "Nimbrax", "Copravil", "Willomere", "Harvossa", "Saffrelo", "Junivarr",
    "Meadolin", "Lanterix", "Pebbrano", "Cindrave", "Maplorix", "Falvanto", "Tundrelle",
    "Velmarra", "Marbolin", "Cobaltea", "Thistova", "Embrizo", "Glacerno", "Quartelix",
    "Hazelmora", "Indigrove", "Walnuvia",
)
TRADES = (
    "Freight", "Labs", "Foods", "Textiles", "Optics", "Motors", "Papers", "Shipping",
    "Robotics", "Gardens", "Media", "Tools", "Ceramics", "Energy", "Bikes", "Clinics", "Books",
    "Systems", "Furniture", "Dairy", "Insurance", "Tea", "Glass", "Toys",
)
OCCASIONS = (
    "Spring Gifts", "Service Awards", "Onboarding Kit", "Winter Party", "Anniversary",
    "Team Day", "Café Été", "五周年",
)
QUALITIES = (
    "Brushed", "Woven", "Foldable", "Insulated", "Carved", "Wireless", "Recycled", "Handmade",
)
THINGS = (
    "Bottle", "Notebook", "Lamp", "Backpack", "Speaker", "Blanket", "Kettle", "Umbrella", "Mug",
    "Charger",
)
CATEGORIES = ("home", "office", "travel", "electronics", "food & drink")
FIRST_NAMES = (
    "Arlen", "Bexa", "Corin", "Dovie", "Elsin", "Farrow", "Gwilla", "Hestan", "Ilse", "Jorun",
    "Kael", "Lumi", "Zoë", "Øyna",
)
LAST_NAMES = (
    "Quillmark", "Thornwick", "Ashbell", "Brindlemoor", "Cragstone", "Dunwhistle", "Elderfenn",
    "Foxmantle", "Grimsby-Vale", "Hollowreed", "O'Merrin", "Penhallam", "Ravelstoke", "Süßmark",
)
CITIES = ("Leeds", "Porto", "Gdańsk", "Tampere", "Lyon", "Austin")
COUNTRIES = ("GB", "PT", "PL", "FI", "FR", "US")
