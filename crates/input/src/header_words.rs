//! Column names used by programs and people, in English, German, French, Spanish, Italian, Dutch, Polish, Japanese and
//! a few more languages. Only a whole name means a quantity: `low stock quantity`, `sold quantity` and
//! `quantity of discs` are not in these tables.

use domain::seller_data::ItemField;

/// Single words that name a barcode column.
#[rustfmt::skip]
pub(super) const CODE_WORDS: &[&str] = &[
    "upc", "upcs", "upca", "barcode", "barcodes", "ean", "eans", "gtin", "gtins", "jan", "isbn", "strichcode", "strichcodes",
    "streepjescode", "streepjescodes", "codebarre", "codebarres", "gencod", "gencode", "ברקוד", "الباركود", "باركود", "บาร์โค้ด", "バーコード", "janコード", "eanコード",
    "streckkod", "streckkoder", "stregkode", "stregkoder", "strekkode", "strekkoder", "viivakoodi", "vonalkód", "barkod", "штрихкод", "바코드", "条码", "条形码", "條碼",
];

/// Whole names of barcode columns that contain none of [`CODE_WORDS`].
#[rustfmt::skip]
pub(super) const CODE_NAMES: &[&str] = &[
    "bar code", "bar codes", "universal product code", "global trade item number", "code barre", "code barres", "code à barres", "codes barres", "codes à barres", "código de barras",
    "codigo de barras", "códigos de barras", "mã vạch", "cod barras", "cód barras", "codice a barre", "codici a barre", "cod a barre",
    "kod kreskowy", "kody kreskowe", "čárový kód", "čárové kódy", "čárový kód ean", "čiarový kód", "cod de bare", "штрих код", "γραμμωτός κώδικας",
    "product id", "external product id", "product code value", "商品コード", "asin",
];

/// Words of columns that are about codes but contain none: `Barcode type`, `UPC image`, `EAN count`.
#[rustfmt::skip]
pub(super) const NOT_CODE_WORDS: &[&str] = &[
    "type", "typ", "format", "status", "image", "url", "count", "valid", "description", "source", "qty", "quantity", "case", "carton",
    "parent", "inner", "outer", "pack", "exempt", "exemption", "note", "notes", "old", "symbology", "date", "time", "printed", "label",
];

/// Whole names of columns with numbers that are as long as barcodes and are none. By chance, one in ten has a valid check
/// digit.
#[rustfmt::skip]
pub(super) const OTHER_NUMBER_NAMES: &[&str] = &[
    "item number", "item id", "item no", "ebay item number", "listing id", "listing number", "order number", "order id", "order no",
    "order num", "sales record number", "record number", "transaction id", "transaction number", "tracking number", "tracking no",
    "phone", "phone number", "telephone", "mobile", "buyer phone", "ship to phone", "epid", "ebay product id", "customer id", "customer number",
    "invoice number", "invoice no", "payment id", "timestamp", "release id", "artikelnummer", "bestellnummer", "auftragsnummer",
    "sendungsnummer", "telefon", "telefonnummer", "rechnungsnummer", "kundennummer", "numéro d objet", "numéro de commande", "téléphone",
    "número de artículo", "número de pedido", "teléfono", "numero oggetto", "numero ordine", "telefono", "objectnummer", "bestelnummer",
];

/// Words that do not change the meaning of the name of a barcode column.
#[rustfmt::skip]
pub(super) const FILLER_WORDS: &[&str] = &[
    "a", "e", "p", "c", "code", "codes", "number", "numbers", "no", "nr", "nummer", "num", "or", "the", "of", "ucc", "product", "item",
    "scanned", "value", "variant", "text", "digits", "numéro", "número", "numero", "de", "numer", "und", "and",
    "oder", "ou", "kod", "kode", "koder", "kód", "kódy", "koodi", "código", "codigo", "required", "optional",
];

/// Whole names of quantity columns.
#[rustfmt::skip]
pub(super) const QUANTITY_NAMES: &[&str] = &[
    // English
    "qty", "qtys", "q ty", "qnty", "quantity", "quantities", "quant", "copies", "copy", "count", "units", "pieces", "pcs", "stock", "inventory",
    "on hand", "in stock", "qty on hand", "quantity on hand", "on hand qty", "on hand quantity", "qty in stock", "quantity in stock",
    "in stock qty", "in stock quantity", "stock qty", "stock quantity", "stock level", "stock count", "stock on hand", "number in stock",
    "current stock", "available", "available quantity", "quantity available", "available qty", "qty available", "available stock",
    "inventory quantity", "inventory qty", "variant inventory qty", "variant inventory quantity", "inventory count", "item quantity",
    "item qty", "item count", "number of copies", "no of copies", "of copies", "of units", "of pieces", "num copies", "copies owned", "owned copies", "quantity owned", "qty owned",
    "number of units", "number of items in stock", "scan count", "scanned quantity", "scanned qty", "qty scanned", "quantity scanned",
    "times scanned", "scans", "total qty", "total quantity", "total copies", "qty total", "quantity total", "quantity for sale", "qty for sale", "listing quantity",
    "current quantity", "counted", "counted qty", "counted quantity", "how many", "amount in stock", "qoh", "soh",
    "avail", "qty avail", "avail qty", "inventory on hand", "inventory level", "physical qty", "physical quantity", "physical count",
    "actual qty", "actual quantity", "current qty", "stock available", "variant stock", "variant quantity",
    // German
    "menge", "anzahl", "stück", "stueck", "stk", "stückzahl", "stueckzahl", "bestand", "lagerbestand", "lager bestand", "vorrat",
    "exemplare", "anzahl exemplare", "verfügbare menge", "verfügbare anzahl", "verfügbar", "auf lager", "lagermenge", "anzahl stück",
    "menge auf lager", "aktueller bestand", "anz", "verfügbarer bestand", "verfügbare stückzahl", "menge verfügbar", "lager",
    "bestand gesamt", "gesamtbestand", "ist menge", "istmenge", "ist bestand", "istbestand", "gezählt", "gezählte menge", "zählmenge",
    "stück auf lager", "anzahl auf lager", "aktuelle menge", "bestandsmenge",
    // French
    "quantité", "quantités", "quantite", "qté", "qte", "quantité disponible", "quantité en stock", "qté en stock", "en stock",
    "exemplaires", "nombre d exemplaires", "nombre", "nb", "nb exemplaires", "nombre de copies", "quantité stock", "stock disponible",
    "qté stock", "qté disponible", "stock réel", "stock actuel", "quantité réelle", "quantité comptée", "qté comptée",
    // Spanish
    "cantidad", "cantidades", "cant", "cantidad disponible", "cantidad en stock", "existencias", "existencia", "unidades", "uds",
    "ejemplares", "en existencia", "número de ejemplares", "número de copias", "copias", "stock actual",
    "cantidad actual", "cantidad contada", "unidades disponibles", "unidades en stock", "inventario",
    // Italian
    "quantità", "quantita", "qtà", "q tà", "qta", "quantità disponibile", "giacenza", "giacenze", "pezzi", "copie", "numero copie",
    "numero di copie", "disponibilità", "scorte", "scorta", "esemplari", "in magazzino",
    "pz", "quantità in magazzino", "q tà disponibile", "numero pezzi", "n pezzi",
    // Dutch
    "aantal", "aantallen", "hoeveelheid", "voorraad", "stuks", "op voorraad", "exemplaren", "aantal stuks", "aantal exemplaren",
    "aantal op voorraad", "beschikbaar aantal", "beschikbaar", "beschikbare hoeveelheid",
    "aantal in voorraad", "in voorraad", "huidige voorraad", "vrije voorraad", "geteld", "aantal geteld",
    // Polish
    "ilość", "ilosc", "liczba", "sztuk", "sztuki", "szt", "stan", "stan magazynowy", "ilość sztuk", "liczba sztuk", "egzemplarze",
    "liczba egzemplarzy", "dostępna ilość", "ilość dostępna", "dostępne", "na stanie", "zapas",
    "ilość na stanie", "ilość w magazynie", "liczba w magazynie", "ilość szt",
    // Japanese
    "数量", "個数", "在庫", "在庫数", "在庫数量", "点数", "数", "冊数", "部数", "現在庫", "現在庫数", "枚数", "在庫個数", "sku 在庫数",
    // Portuguese
    "quantidade", "qtd", "qtde", "estoque", "quantidade em estoque", "qtd estoque", "em estoque", "existências", "quantidade disponível",
    "qtd disponível", "qtd em estoque", "estoque atual", "estoque disponível", "saldo em estoque", "em stock", "quantidade em stock",
    "stock atual", "stock disponível", "exemplares", "peças", "número de exemplares", "número de cópias", "disponível",
    // Swedish, Danish, Norwegian and Finnish
    "antal", "antall", "antal i lager", "lagersaldo", "lagerantal", "lagerbeholdning", "beholdning", "määrä", "kpl", "kappalemäärä",
    "varastossa", "saldo", "antal på lager", "antall på lager", "antal st", "antal stk", "antall stk", "antal exemplar",
    "antal eksemplarer", "antall eksemplarer", "exemplar", "eksemplarer", "lagerantall", "lager antal", "lager antall", "varelager",
    "varebeholdning", "lagerbehållning", "beholdning på lager", "stk på lager", "på lager", "i lager", "kvantitet", "mængde",
    "mengde", "mängd", "tillgängligt antal", "antal tillgängliga", "tilgængeligt antal", "antal tilgængelige", "tilgjengelig antall",
    "antall tilgjengelig", "disponibelt antal", "disponibelt lager", "tillgängligt", "tilgængelig", "tilgjengelig", "varastosaldo",
    "määrä varastossa", "kappaletta",
    // Czech, Slovak, Hungarian and Romanian
    "množství", "počet kusů", "počet ks", "ks", "kusů", "skladem", "počet", "počet skladem", "množství skladem", "kusů skladem",
    "ks skladem", "stav skladu", "na skladě", "skladová zásoba", "zásoba", "dostupné množství", "počet na sklade", "množstvo", "počet kusov", "na sklade", "mennyiség", "darab",
    "darabszám", "db", "készlet", "cantitate", "stoc", "bucăți",
    // Russian, Ukrainian, Greek and Turkish
    "количество", "кол во", "остаток", "остатки", "в наличии", "шт", "кількість", "залишок", "ποσότητα", "τεμάχια", "απόθεμα", "adet",
    "miktar", "stok", "stok adedi",
    // Hebrew, Arabic, Thai, Vietnamese and Indonesian
    "כמות", "מלאי", "الكمية", "كمية", "المخزون", "จำนวน", "คงเหลือ", "số lượng", "tồn kho", "jumlah", "kuantitas",
    // Korean and Chinese
    "수량", "재고", "재고수량", "数目", "库存", "库存数量", "庫存", "庫存數量", "數量",
];

/// Names of quantity columns that may also mean something else: `Nombre` is a name in Spanish, `Stan` is a condition in
/// Polish, `Lager` is a storage location, and `In stock` may be answered with yes or no. The fields decide.
#[rustfmt::skip]
pub(super) const AMBIGUOUS_QUANTITY_NAMES: &[&str] = &[
    "nombre", "nb", "stan", "lager", "copy", "copies", "count", "units", "stock", "inventory", "in stock", "available", "avail",
    "on hand", "verfügbar", "auf lager", "bestand", "vorrat", "en stock", "inventario", "disponibilità", "in magazzino", "op voorraad",
    "in voorraad", "beschikbaar", "voorraad", "dostępne", "na stanie", "skladem", "na sklade", "em estoque", "varastossa", "в наличии",
    "på lager", "i lager", "em stock", "disponível", "na skladě", "tillgängligt", "tilgængelig", "tilgjengelig", "counted", "gezählt", "geteld", "scans", "db", "saldo",
];

/// Prefixes of the name of a shop in the name of a column with its stock.
pub(super) const OUTLET_STOCK_PREFIXES: &[&str] =
    &["inventory_", "current quantity ", "inventory available:", "inventory on hand:"];

/// Words that give a name with `inventory_` another meaning: `inventory_item_id`, `inventory_policy`.
#[rustfmt::skip]
pub(super) const INVENTORY_WORDS: &[&str] = &[
    "id", "item", "items", "policy", "management", "manager", "tracker", "tracking", "tracked", "status", "type", "date", "time", "updated",
    "location", "value", "cost", "price", "number", "no", "code", "sku", "name", "note", "notes", "account", "unit", "uom", "adjust",
    "threshold", "alert", "min", "max", "minimum", "maximum", "source", "class", "category", "description",
];

/// Words that count parts of one item. A name with one of them is not a quantity.
#[rustfmt::skip]
pub(super) const PART_WORDS: &[&str] = &["disc", "discs", "disk", "disks", "track", "tracks", "cd", "cds", "lp", "lps", "pages", "sides"];

/// Words that can only mean a quantity: `qty: 2`, `Qty #`.
#[rustfmt::skip]
pub(super) const QUANTITY_WORDS: &[&str] = &[
    "qty", "quantity", "quantities", "menge", "anzahl", "stückzahl", "quantité", "qté", "cantidad", "quantità", "qtà", "aantal", "ilość",
    "数量", "個数",
];

/// Words in the name of a price column that state its currency.
#[rustfmt::skip]
pub(super) const CURRENCY_WORDS: &[&str] = &[
    "usd", "eur", "euro", "euros", "gbp", "cad", "aud", "nzd", "jpy", "chf", "pln", "sek", "nok", "dkk", "czk", "huf", "ron", "bgn", "mxn",
    "brl", "sgd", "hkd", "cny", "inr", "krw", "twd", "zar", "ils", "rub", "uah", "kč", "zł",
];

/// Whole names of columns that describe the copy.
#[rustfmt::skip]
pub(super) const ITEM_FIELD_NAMES: &[(ItemField, &[&str])] = &[
    (ItemField::Condition, &[
        "stan", "condition", "item condition", "condition id", "zustand", "artikelzustand", "état", "etat", "estado", "condición",
        "condizione", "condizioni", "conditie", "staat", "stan przedmiotu", "cond", "estado do item", "estado do produto", "condição", "skick",
        "stand", "tilstand", "kunto", "stav", "stav zboží", "コンディション", "状態", "商品の状態",
    ]),
    (ItemField::MediaGrade, &[
        "media condition", "collection media condition", "media grade", "grade", "grading", "media", "disc condition", "vinyl condition",
        "vinyl grade", "record condition", "record grade", "disc grade", "cd condition", "zustand tonträger", "zustand medium",
        "zustand vinyl", "zustand platte", "état du disque", "état disque", "estado del disco", "grade media", "media grading", "condizione disco", "staat plaat", "staat schijf",
        "stan płyty", "stan nośnika", "estado do disco", "estado da mídia", "estado do vinil", "skick skiva", "skivans skick", "skick media", "stand plade",
        "stand medie", "tilstand plate", "tilstand medie", "levyn kunto", "stav média", "stav nosiče", "stav desky", "盤質", "盤",
    ]),
    (ItemField::SleeveGrade, &[
        "sleeve condition", "collection sleeve condition", "sleeve grade", "sleeve", "cover condition", "cover grade", "jacket condition",
        "jacket grade", "zustand cover", "zustand hülle", "coverzustand", "état pochette", "état de la pochette", "estado de la funda", "grade sleeve", "sleeve grading", "package sleeve condition",
        "condizione copertina", "staat hoes", "stan okładki", "estado da capa", "skick omslag", "omslagets skick", "stand cover", "stand omslag",
        "tilstand cover", "tilstand omslag", "kannen kunto", "stav obalu", "stav přebalu", "ジャケット",
    ]),
    (ItemField::Price, &[
        "price", "start price", "sale price", "selling price", "list price", "my price", "asking price", "price usd", "price eur",
        "price gbp", "retail price", "unit price", "standard price", "regular price", "variant price", "sell price", "buy it now price",
        "preis", "verkaufspreis", "vk", "vk preis", "startpreis", "prix", "prix de vente", "precio", "precio de venta", "prezzo",
        "prezzo di vendita", "prijs", "verkoopprijs", "cena", "sell for", "preço", "preco", "preço de venda", "pris", "försäljningspris", "salgspris", "hinta", "myyntihinta",
        "prodejní cena", "価格", "販売価格", "開始価格",
    ]),
    (ItemField::Currency, &[
        "currency", "currency code", "price currency", "währung", "devise", "moneda", "divisa", "valuta", "waluta", "moeda", "通貨",
    ]),
    (ItemField::Note, &[
        "note", "notes", "comment", "comments", "remark", "remarks", "collection notes", "public comments",
        "item note", "condition note", "condition notes", "condition description", "seller notes", "notiz", "notizen", "bemerkung",
        "bemerkungen", "kommentar", "anmerkung", "anmerkungen", "remarque", "remarques", "commentaire", "commentaires", "nota", "notas",
        "comentario", "comentarios", "commento", "opmerking", "opmerkingen", "uwagi", "notatki", "observações", "anteckning", "anteckningar", "bemærkning", "bemærkninger", "merknad", "merknader", "huomautus",
        "poznámka", "poznámky", "備考", "メモ",
    ]),
    (ItemField::Location, &[
        "lager", "location", "storage location", "bin", "box", "shelf", "bin location", "shelf location", "box number", "box no", "crate", "lagerort", "lagerplatz",
        "regal", "fach", "kiste", "standort", "emplacement", "étagère", "carton", "ubicación", "ubicacion", "caja", "posizione",
        "scaffale", "locatie", "plank", "doos", "lokalizacja", "półka", "karton", "localização", "prateleira", "caixa", "plats", "hylla", "hyllplats", "hyllplacering", "placering", "plassering", "hylle",
        "hylly", "sijainti", "umístění", "krabice", "保管場所", "棚", "場所",
    ]),
    (ItemField::Sku, &[
        "sku", "custom label", "custom label sku", "customlabel", "custom sku", "seller sku", "item sku", "variant sku", "inventory id",
        "stock number", "inventory number", "external id", "artikelnummer", "bestandseinheit", "référence", "reference", "referencia",
    ]),
    (ItemField::Title, &[
        "nombre", "title", "album", "album title", "item title", "product name", "item name", "name", "product", "item", "release", "release title",
        "titel", "tittel", "název", "názov", "nimi", "albumtitel", "titre", "título", "titulo", "titolo", "tytuł", "タイトル", "商品名",
    ]),
    (ItemField::Artist, &[
        "artist", "artists", "artist name", "band", "performer", "interpret", "künstler", "interpreten", "artiste", "interprète",
        "kunstner", "umělec", "esittäjä", "artisti", "artista", "intérprete", "artiest", "uitvoerende", "wykonawca", "artysta", "creators", "アーティスト", "アーティスト名",
    ]),
    (ItemField::Cost, &[
        "cost", "unit cost", "item cost", "my cost", "cost price", "purchase price", "purchase cost", "buy price", "buying price",
        "paid", "price paid", "cogs", "cost of goods", "einkaufspreis", "ek", "ek preis", "einkauf", "prix d achat", "precio de compra",
        "coste", "costo", "custo", "preço de compra", "inköpspris", "indkøbspris", "innkjøpspris", "ostohinta", "nákupní cena", "prezzo di acquisto", "prezzo d acquisto", "inkoopprijs", "cena zakupu", "仕入価格", "仕入値", "原価",
    ]),
    (ItemField::BestOffer, &[
        "best offer", "best offer enabled", "accept offer", "accept offers", "accepts offers", "allow offers", "allows offers", "obo",
        "preisvorschlag", "preisvorschlag senden", "offre directe", "mejor oferta", "proposta d acquisto",
    ]),
    (ItemField::StoreCategory, &[
        "store category", "store category name", "ebay store category", "shop category", "shop kategorie", "shopkategorie",
        "catégorie de la boutique", "categoría de tienda", "categoria negozio",
    ]),
    (ItemField::Lot, &[
        "lot", "lot name", "lot no", "lot number", "lot id", "bundle", "bundle name", "konvolut", "konvolutname", "lotto", "lote", "partij",
        "ロット",
    ]),
    (ItemField::Obi, &["obi", "obi strip", "with obi", "has obi", "帯", "帯有無", "帯付", "帯付き", "帯の有無"]),
    (ItemField::Booklet, &[
        "booklet", "with booklet", "has booklet", "inlay booklet", "insert", "inserts", "beiheft", "mit beiheft", "livret", "libretto",
        "folleto", "boekje", "książeczka", "ブックレット", "歌詞カード", "ライナー",
    ]),
    (ItemField::Case, &[
        "case", "jewel case", "original case", "with case", "has case", "hülle", "originalhülle", "boîtier", "estuche", "custodia",
        "doosje", "pudełko", "ケース",
    ]),
    (ItemField::CatalogNumber, &[
        "catalog", "catalog number", "catalog no", "catalogue number", "catalogue no", "cat no", "cat", "catno", "cat nr", "cat number", "cat num", "katalognummer",
        "katalog nr", "numéro de catalogue", "n de catalogue", "número de catálogo", "numero di catalogo", "catalogusnummer",
        "numer katalogowy", "品番", "規格品番",
    ]),
];
