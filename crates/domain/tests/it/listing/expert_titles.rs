//! Titles as an experienced seller writes them: 60 real records, tapes and discs.
//!
//! Each line has the fields of a release and, after `=>`, its title: artist, release title, format, types, edition
//! words, year, country, label, catalog number. `@red` is a color, `@180g` a weight; `composer:`, `conductor:`,
//! `performer:` and `latin:` name people, `description:` is one of Discogs' format descriptions, and `note:` its free text.

use domain::display_text::utf16_len;
use domain::release::{ArtistCredit, Carrier, Country, Format, Medium, Release};
use domain::release_type::ReleaseType;

use super::{compose, format_with, medium, sourced};

const TITLES: &str = r#"
Nirvana | Nevermind | CD | Album | | 1991 | US | DGC | DGCD-24425
=> Nirvana - Nevermind CD 1991 DGC DGCD-24425
Fleetwood Mac | Rumours | LP | Album | Reissue, Remastered | 2009 | US | Reprise Records | 517787-1
=> Fleetwood Mac - Rumours Vinyl LP Reissue Remastered 2009 Reprise 517787-1
Pink Floyd | The Dark Side of the Moon | LP | Album | Reissue, Remastered, Gatefold, @180g | 2016 | XE | Pink Floyd Records | PFRLP8
=> Pink Floyd - The Dark Side of the Moon Vinyl LP Reissue Remastered 180g 2016 EU
Radiohead | Paranoid Android | CD | Single | | 1997 | GB | Parlophone | CDODATAS 01
=> Radiohead - Paranoid Android CD Single 1997 UK Parlophone CDODATAS 01
Depeche Mode | Personal Jesus | 12" | Maxi-Single | | 1989 | US | Sire | 0-21328
=> Depeche Mode - Personal Jesus 12" Vinyl Maxi-Single 1989 Sire 0-21328
The Beatles | Hey Jude | 7" | Single | | 1968 | US | Apple Records | 2276
=> The Beatles - Hey Jude 7" Vinyl Single 1968 Apple Records 2276
Dire Straits | Brothers in Arms | CD | Album | Numbered, Special Edition, Remastered, Reissue | 2013 | US | Mobile Fidelity Sound Lab | UDSACD 2099
=> Dire Straits - Brothers in Arms CD Numbered Special Edition Remastered 2013 MFSL
Metallica | Metallica | MC | Album | | 1991 | US | Elektra | 61113-4
=> Metallica - Metallica Cassette 1991 Elektra 61113-4
Nirvana | With the Lights Out | 3 CD + DVD box | Album, Compilation | | 2004 | US | Geffen Records | B0003727-00
=> Nirvana - With the Lights Out 3 CD + DVD Box Set 2004 Geffen Records B0003727-00
Miles Davis | Kind of Blue | CD | Album | Reissue, Remastered | 1997 | US | Columbia | CK 64935
=> Miles Davis - Kind of Blue CD Reissue Remastered 1997 Columbia CK 64935
Various | Pulp Fiction | CD | Compilation, Soundtrack | | 1994 | US | MCA Records | MCAD-11103
=> Various Artists - Pulp Fiction CD Soundtrack 1994 MCA Records MCAD-11103
Jeff Buckley | Grace | LP | Album | Reissue, @180g | 2018 | XE | Columbia | 720642442524
=> Jeff Buckley - Grace Vinyl LP Reissue 180g 2018 Europe Columbia
Wu-Tang Clan | Wu-Tang Forever | 2 CD | Album | Explicit | 1997 | US | Loud Records | 07863 66905-2
=> Wu-Tang Clan - Wu-Tang Forever 2 CD Explicit 1997 Loud Records 07863 66905-2
Wu-Tang Clan | Wu-Tang Forever | 2 CD | Album | Clean | 1997 | US | Loud Records | 07863 66905-2
=> Wu-Tang Clan - Wu-Tang Forever 2 CD Clean 1997 Loud Records 07863 66905-2
Mahler | Symphony No. 9 | CD | Album | composer:Mahler, conductor:Rafael Kubelik, performer:Bavarian Radio Symphony Orchestra | 2000 | DE | Audite | 95.471
=> Mahler: Symphony No. 9 - Rafael Kubelik, Bavarian Radio Symphony Orchestra CD
Johann Sebastian Bach | Brandenburg Concertos | 2 CD | Album | composer:Johann Sebastian Bach, conductor:Trevor Pinnock, performer:The English Concert | 1982 | DE | Archiv Produktion | 410 500-2
=> J.S. Bach: Brandenburg Concertos - Trevor Pinnock, The English Concert 2 CD 1982
Gaetano Donizetti | Anna Bolena | 2 CD | Album | composer:Gaetano Donizetti, conductor:Gianandrea Gavazzeni, performer:Maria Callas | 1997 | XE | EMI Classics | 7243 5 66471 2 1
=> Donizetti: Anna Bolena - Gianandrea Gavazzeni, Maria Callas 2 CD 1997 Europe
椎名林檎 | 無罪モラトリアム | CD | Album | latin:Ringo Sheena | 1999 | JP | 東芝EMI | TOCT-24065
=> Ringo Sheena 椎名林檎 - 無罪モラトリアム CD 1999 Japan 東芝EMI TOCT-24065
宇多田ヒカル | First Love | CD | Album | latin:Hikaru Utada | 1999 | JP | 東芝EMI | TOCT-24067
=> Hikaru Utada 宇多田ヒカル - First Love CD 1999 Japan 東芝EMI TOCT-24067
Guns N’ Roses | Appetite for Destruction | LP | Album | Reissue, @180g | 2008 | US | Geffen Records | B0012356-01
=> Guns N' Roses - Appetite for Destruction Vinyl LP Reissue 180g 2008 Geffen
Daft Punk | Discovery | 2 LP | Album | | 2001 | XE | Virgin | 7243 8496061 0
=> Daft Punk - Discovery 2 LP Vinyl 2001 Europe Virgin 7243 8496061 0
The Smiths | The Queen Is Dead | LP | Album | Reissue, Remastered, @180g | 2012 | XE | Rhino Records | 2564660487
=> The Smiths - The Queen Is Dead Vinyl LP Reissue Remastered 180g 2012 EU Rhino
Pearl Jam | Vs. | MC | Album | | 1993 | US | Epic Associated | ZT 53136
=> Pearl Jam - Vs. Cassette 1993 Epic Associated ZT 53136
Elvis Presley | Heartbreak Hotel | 10" shellac | Single | | 1956 | US | RCA Victor | 20-6420
=> Elvis Presley - Heartbreak Hotel 10" Shellac 78 RPM 1956 RCA Victor 20-6420
Michael Jackson | Thriller | LP | Album | Picture Disc, Limited Edition | 1983 | US | Epic | 8E8-38867
=> Michael Jackson - Thriller Vinyl LP Picture Disc Limited Edition 1983 Epic
Steely Dan | Gaucho | SACD | Album | SHM-SACD, Limited Edition, Reissue | 2011 | JP | Geffen Records | UIGY-9059
=> Steely Dan - Gaucho SHM-SACD Limited Edition Reissue 2011 Japan Geffen UIGY-9059
Eric Clapton | Slowhand | CD | Album | SHM-CD, Remastered, Reissue | 2014 | JP | Polydor | UICY-76179
=> Eric Clapton - Slowhand SHM-CD Remastered Reissue 2014 Japan Polydor UICY-76179
U2 | The Joshua Tree | 2 CD | Album | Deluxe Edition, Remastered, Reissue | 2007 | US | Island Records | B0010285-02
=> U2 - The Joshua Tree 2 CD Deluxe Remastered Reissue 2007 Island B0010285-02
The Beatles | Abbey Road (Super Deluxe Edition) | 3 CD | Album | Super Deluxe Edition | 2019 | XE | Apple Records | 0602577915079
=> The Beatles - Abbey Road (Super Deluxe Edition) 3 CD 2019 Europe Apple Records
Led Zeppelin | [Led Zeppelin IV] | LP | Album | Gatefold | 1971 | US | Atlantic | SD 7208
=> Led Zeppelin - Led Zeppelin IV Vinyl LP Gatefold 1971 Atlantic SD 7208
[Disney] | Snow White and the Seven Dwarfs | CD | Album, Soundtrack | | 2001 | US | Walt Disney Records | 860707-7
=> Disney - Snow White and the Seven Dwarfs CD Soundtrack 2001 Walt Disney 860707-7
Godspeed You! Black Emperor | Lift Your Skinny Fists Like Antennas to Heaven | 2 LP | Album | | 2000 | CA | Constellation | CST012
=> Godspeed You! Black Emperor - Lift Your Skinny Fists Like Antennas to Heaven 2LP
Fiona Apple | When the Pawn Hits the Conflicts He Thinks Like a King What He Knows Throws the Blows | CD | Album | | 1999 | US | Epic | EK 69195
=> Fiona Apple - When the Pawn Hits the Conflicts He Thinks Like a King What He CD
Various Artists | O Brother, Where Art Thou? Music From the Motion Picture | CD | Soundtrack | | 2000 | US | Mercury | 088 170 069-2
=> O Brother, Where Art Thou? Music From the Motion Picture CD 2000 Mercury
The Jive All-Stars Featuring Jane Blaze, Kasino & Mic Vandalz | No Stoppin' | 12" | | | 1998 | US | Jive Records |
=> The Jive All-Stars ft. Jane Blaze, Kasino & Mic Vandalz - No Stoppin' 12" Vinyl
Simon & Garfunkel | Bridge Over Troubled Water | 8-track | Album | | 1970 | US | Columbia | CA 9914
=> Simon & Garfunkel - Bridge Over Troubled Water 8-Track Tape 1970 Columbia
Pink Floyd | Pulse | Blu-ray | Album, Live | | 2022 | XE | Pink Floyd Records | PFR31
=> Pink Floyd - Pulse Blu-ray Live 2022 Europe PFR31
Talking Heads | Stop Making Sense | LaserDisc | Live | | 1985 | US | RCA Columbia Pictures | 20444
=> Talking Heads - Stop Making Sense LaserDisc Live 1985 RCA Columbia Pictures
Oasis | Definitely Maybe | MiniDisc | Album | | 1994 | GB | Creation Records | CREMD 169
=> Oasis - Definitely Maybe MiniDisc 1994 UK Creation Records CREMD 169
The Rolling Stones | Let It Bleed | SACD | Album | Remastered, Reissue, Digipak | 2002 | US | ABKCO | 90042
=> The Rolling Stones - Let It Bleed SACD Remastered Reissue 2002 ABKCO 90042
Kraftwerk | Autobahn | LP | Album | Reissue, Remastered, @Blue | 2020 | XE | Parlophone | 0190295272432
=> Kraftwerk - Autobahn Blue Vinyl LP Reissue Remastered 2020 Europe Parlophone
Tame Impala | Currents | 2 LP | Album | Reissue, Gatefold, @Red Marbled | 2017 | US | Interscope Records |
=> Tame Impala - Currents 2 LP Red Marbled Vinyl Reissue Gatefold 2017 Interscope
Taylor Swift | 1989 (Taylor’s Version) | 2 LP | Album | Limited Edition, @Pink | 2023 | US | Republic Records | 2455918008
=> Taylor Swift - 1989 (Taylor's Version) 2 LP Pink Vinyl Limited Edition 2023
Norah Jones | Come Away With Me | CD | Album | Promo | 2002 | US | Blue Note | 7243 5 32088 2 0
=> Norah Jones - Come Away With Me CD Promo 2002 Blue Note
The Cure | Disintegration | CD | Album | Club Edition | 1989 | US | Elektra | D 101109
=> The Cure - Disintegration CD Club Edition 1989 Elektra D 101109
Dire Straits | Brothers in Arms | 2 LP | Album | Half-Speed Mastered, Reissue, @180g | 2021 | XE | Vertigo | 3540737
=> Dire Straits - Brothers in Arms 2 LP Vinyl Half-Speed Mastered Reissue 180g 2021
The Clash | London Calling | 2 CD | Album | Anniversary Edition, Reissue | 2004 | US | Epic | E3K 92923
=> The Clash - London Calling 2 CD Anniversary Edition Reissue 2004 Epic E3K 92923
Elton John | Greatest Hits | LP | Compilation | | 1974 | US | MCA Records | MCA-2128
=> Elton John - Greatest Hits Vinyl LP 1974 MCA Records MCA-2128
Queen | Live Killers | 2 LP | Album, Live | Gatefold | 1979 | US | Elektra | BB-702
=> Queen - Live Killers 2 LP Vinyl Gatefold 1979 Elektra BB-702
Bob Marley & The Wailers | Legend | LP | Compilation | Reissue | 1984 | JM | Tuff Gong | BMW-1
=> Bob Marley & The Wailers - Legend Vinyl LP Reissue 1984 Jamaica Tuff Gong BMW-1
Joni Mitchell | Blue | reel | Album | | 1971 | US | Reprise Records | RST 2038
=> Joni Mitchell - Blue Reel-to-Reel Tape 1971 Reprise Records RST 2038
Aphex Twin | Selected Ambient Works 85–92 | 2 LP | Album | Reissue, Remastered | 2013 | BE | Apollo | AMB LP 3922
=> Aphex Twin - Selected Ambient Works 85-92 2 LP Vinyl Reissue Remastered 2013
The Orb | Little Fluffy Clouds | 12" | Single | | 1990 | GB | Big Life | BLR 33T
=> The Orb - Little Fluffy Clouds 12" Vinyl Single 1990 UK Big Life BLR 33T
Madonna | Vogue | 7" | Single | Promo | 1990 | JP | Sire | PRS-2035
=> Madonna - Vogue 7" Vinyl Single Promo 1990 Japan Sire PRS-2035
Neutral Milk Hotel | In the Aeroplane Over the Sea | LP | Album | Reissue, @180g | 2005 | US | Merge Records | MRG136LP
=> Neutral Milk Hotel - In the Aeroplane Over the Sea Vinyl LP Reissue 180g 2005
Sleep | Dopesmoker | 2 LP | Album | Limited Edition, Reissue, @Green | 2012 | US | Southern Lord | LORD158
=> Sleep - Dopesmoker 2 LP Green Vinyl Limited Edition Reissue 2012 Southern Lord
Minor Threat | Minor Threat | 7" | EP | Repress, @Red | 1981 | US | Dischord Records | No. 3
=> Minor Threat - Minor Threat 7" Red Vinyl EP Repress 1981 Dischord Records No. 3
Johnny Cash | At Folsom Prison | LP | Album, Live | Mono | 1968 | GB | CBS | 63308
=> Johnny Cash - At Folsom Prison Vinyl LP Mono Live 1968 UK CBS 63308
Björk | Homogenic | CD | Album | Digipak | 1997 | GB | One Little Indian | TPLP 71 CD
=> Björk - Homogenic CD Digipak 1997 UK One Little Indian TPLP 71 CD
Prince and The Revolution | Purple Rain | LP | Album, Soundtrack | @Purple, Reissue | 2022 | US | Warner Records |
=> Prince and The Revolution - Purple Rain Purple Vinyl LP Reissue Soundtrack 2022
Weezer | Weezer | VHS | | | 1994 | US | DGC | DGCV-39543
=> Weezer - Weezer VHS 1994 DGC DGCV-39543
Johann Sebastian Bach | The Goldberg Variations, BWV 988 (1981 Digital Recording) | CD | Album | composer:Johann Sebastian Bach, performer:Glenn Gould, Reissue | 1984 | US | CBS Masterworks | MK 37779
=> J.S. Bach: The Goldberg Variations, BWV 988 - Glenn Gould CD Reissue 1984
Sergei Rachmaninoff | Piano Concerto No. 3 In D Minor, Op. 30 / Piano Concerto No. 2 In C Minor, Op. 18 | CD | Album | composer:Sergei Rachmaninoff, conductor:Riccardo Chailly, performer:Radio-Symphonie-Orchester Berlin, performer:Martha Argerich | 1995 | XE | Philips | 446 673-2
=> Rachmaninoff: Piano Concerto No. 3 / Piano Concerto No. 2 - Martha Argerich CD
Jean Sibelius | Sibelius: Violin Concerto in D minor, op. 47 / Serenades / Humoresque | CD | Album | composer:Jean Sibelius, conductor:André Previn, performer:Anne-Sophie Mutter | 1995 | DE | Deutsche Grammophon | 447 895-2
=> Sibelius: Violin Concerto in D minor / Serenades / Humoresque - André Previn CD
Jean Sibelius | Violin Concerto in D minor, op. 47 / Serenades for Violin and Orchestra / Humoresque | CD | Album | composer:Jean Sibelius, performer:Anne-Sophie Mutter | 1995 | DE | Deutsche Grammophon | 447 895-2
=> Sibelius: Violin Concerto in D minor - Anne-Sophie Mutter CD 1995 Germany DG
John Williams | Schindler’s List: Original Motion Picture Soundtrack | CD | Soundtrack | composer:John Williams, performer:Itzhak Perlman | 1993 | US | MCA Records | MCAD-10969
=> John Williams - Schindler's List: Original Motion Picture Soundtrack CD 1993 MCA
Lemony Snicket | A Series of Unfortunate Events 2: The Reptile Room and the Wide Window | CD | Audiobook | | 2003 | US | HarperCollins | 0-06-056619-3
=> Lemony Snicket - A Series of Unfortunate Events 2 CD Audiobook 2003
King Gizzard And The Lizard Wizard | PetroDragonic Apocalypse; Or, Dawn of Eternal Night: An Annihilation of Planet Earth | 2 LP | Album | @Purple Splatter | 2023 | XW | KGLW | KGLW-017
=> King Gizzard And The Lizard Wizard - PetroDragonic Apocalypse 2LP Purple 2023
boygenius | The Record | LP | Album | Random Color, Limited Edition | 2023 | US | Interscope Records | B0036789-01
=> boygenius - The Record Vinyl LP Random Color Limited Edition 2023 Interscope
The Flaming Lips / Tame Impala | Runway, Houses, City, Clouds / Elephant | 7" | Single | Record Store Day, @Clear With Red Splatter | 2013 | US | Warner Bros. Records | 540052-7
=> The Flaming Lips / Tame Impala - Runway, Houses, City, Clouds / Elephant 7" RSD
Fugees | The Score | 2 LP | Album | Limited Edition, Vinyl Me Please Exclusive, Club Edition, Reissue, @180g, @Orange Galaxy | 2018 | US | Ruffhouse Records | 19075817161
=> Fugees - The Score 2 LP Orange Galaxy Vinyl Limited Edition VMP Exclusive 180g
Various | Garden State: Music From the Motion Picture | CD | Compilation, Soundtrack | | 2004 | US | Epic | EK 92843
=> Garden State: Music From the Motion Picture CD Soundtrack 2004 Epic EK 92843
The Byrds | Mr. Tambourine Man | LP | Album | description:Stereo | 1965 | US | Columbia | CS 9172
=> The Byrds - Mr. Tambourine Man Vinyl LP Stereo 1965 Columbia CS 9172
Wings | Venus And Mars | LP | Album | description:Stereo | 1975 | US | Capitol | SMAS-11419
=> Wings - Venus And Mars Vinyl LP 1975 Capitol SMAS-11419
Frank Sinatra | Frank Sinatra Sings For Only The Lonely | LP | Album | Mono | 1958 | US | Capitol | W 1053
=> Frank Sinatra Sings For Only The Lonely Vinyl LP Mono 1958 Capitol W 1053
Chicago | Chicago Transit Authority | 2 LP | Album | Reissue, Gatefold | 1971 | US | Columbia | GP 8
=> Chicago - Chicago Transit Authority 2 LP Vinyl Reissue Gatefold 1971 Columbia
A Silver Mt. Zion Memorial Orchestra And Tra-La-La Band With Choir | "This Is Our Punk-Rock," Thee Rusted Satellites Gather + Sing | CD | Album | | 2003 | CA | Constellation | CST027-2
=> A Silver Mt. Zion Memorial Orchestra - "This Is Our Punk-Rock," Thee Rusted CD
R.E.M. | Ghost Reindeer In The Sky | 7" | Single | Fan Club Edition | 1990 | US | R.E.M./Athens, Ltd. | 122590
=> R.E.M. - Ghost Reindeer In The Sky 7" Vinyl Single Fan Club Edition 1990 122590
Harry James | The King James Version | LP | Album | Direct-to-Disc | 1976 | US | Sheffield Lab | LAB-3
=> Harry James - The King James Version Vinyl LP Direct-to-Disc 1976 Sheffield Lab
Pearl Jam | Don't Believe In Christmas | 7" | Single | Limited Edition, Fan Club Edition | 2002 | US | Monkeywrench | PJ 2002
=> Pearl Jam - Don't Believe In Christmas 7" Limited Fan Club Edition 2002 PJ 2002
Pearl Jam | Don't Believe In Christmas Or Any Holidays | CD | Album | Limited Edition, Fan Club Edition | 2002 | US | Monkeywrench Records | PJ-2002-0001
=> Pearl Jam - Don't Believe In Christmas Or Any Holidays CD Limited Edition 2002
Medicine Hat | Preview CD | CD | Compilation | Promo, description:Sampler | 2001 | GB | |
=> Medicine Hat - Preview CD Promo Sampler 2001 UK
King's X | If / Alone | CD | Single, Compilation | description:Sampler | 2005 | DE | Inside Out Music |
=> King's X - If / Alone CD Single Sampler 2005 Germany Inside Out Music
Village People | The Y.M.C.A. | 7" | | | 1978 | Rhodesia | Bullet | B 157
=> Village People - The Y.M.C.A. 7" Vinyl 1978 Rhodesia Bullet B 157
Serenity | Sacrifice | CD | Maxi-Single | Limited Edition | 2014 | BR | BBC New Music | 001
=> Serenity - Sacrifice CD Maxi-Single Limited Edition 2014 Brazil BBC New Music
Stockhausen | Chöre Für Doris - Choral - Kreuzspiel | CD | | composer:Karlheinz Stockhausen, conductor:Karlheinz Stockhausen | 2002 | DE | Stockhausen-Verlag | Stockhausen 1
=> Stockhausen: Chöre Für Doris - Choral - Kreuzspiel CD 2002 Germany Stockhausen 1
NBC Symphony Orchestra | Romeo And Juliet Opus 17, Dramatic Symphony Excerpts | 3 12" shellac | | composer:Hector Berlioz, conductor:Arturo Toscanini, performer:NBC Symphony Orchestra | | US | RCA Victor Red Seal | DM-1160
=> Berlioz: Romeo And Juliet Dramatic Symphony Excerpts - Toscanini 3 x 12" 78 RPM
Grateful Dead | Europe '72: The Complete Recordings - Tivoli Concert Hall - Copenhagen, Denmark 4/17/72 | 3 CD | Live | | 2011 | US | Rhino Records | GRA2-6023
=> Grateful Dead - Europe '72: The Complete Recordings 4/17/72 3 CD Live 2011 Rhino
Paul Badura-Skoda, Wolfgang Amadeus Mozart | Mozart Klaviersonaten | LP | | composer:Wolfgang Amadeus Mozart, performer:Paul Badura-Skoda | 1970 | DE | Eurodisc | 80 417 KK
=> Mozart: Klaviersonaten - Paul Badura-Skoda Vinyl LP 1970 Germany Eurodisc
Dan Gibson, Charles T. Cozens | Songbirds At Sunset | CD | | composer:Charles T. Cozens, performer:Dan Gibson, performer:Les Alt | 2006 | CA | Solitudes |
=> Dan Gibson, Charles T. Cozens - Songbirds At Sunset CD 2006 Canada Solitudes
Ercüment Orkut | Love Profile | CD | | | 2015 | TR | Kalan | 672
=> Ercüment Orkut - Love Profile CD 2015 Turkey Kalan 672
G. Rossini | Stabat Mater | CD | | composer:Gioacchino Rossini, conductor:Ferenc Fricsay, Mono | 2009 | DE | Audite | 95.587
=> Rossini: Stabat Mater - Ferenc Fricsay CD Mono 2009 Germany Audite 95.587
Chuck Berry | Golden Hits | LP | Compilation | description:Stereo, note:Electronically Re-Channeled | 1967 | US | Mercury | SR 61103
=> Chuck Berry - Golden Hits Vinyl LP 1967 Mercury SR 61103
Enrico Caruso | Celeste Aida | 12" shellac | | description:80 RPM | 1908 | US | Victor | 88127
=> Enrico Caruso - Celeste Aida 12" Shellac 80 RPM 1908 Victor 88127
"#;

fn media_of(text: &str) -> Format {
    let (text, box_set) = text.strip_suffix(" box").map_or((text, false), |text| (text, true));
    let media = text.split(" + ").map(medium_of).collect();
    Format { box_set, ..format_with(media) }
}

fn medium_of(text: &str) -> Medium {
    let (count, kind) = match text.split_once(' ') {
        Some((count, kind)) if count.parse::<u16>().is_ok() => (count.parse().expect("a number"), kind),
        _ => (1, text),
    };
    match kind {
        "CD" => medium(Carrier::Cd, count, "", None),
        "SACD" => medium(Carrier::Sacd, count, "", None),
        "DVD" => medium(Carrier::Dvd, count, "", None),
        "Blu-ray" => medium(Carrier::BluRay, count, "", None),
        "LP" => medium(Carrier::Vinyl, count, "LP", Some(12)),
        "12\"" => medium(Carrier::Vinyl, count, "12\"", Some(12)),
        "7\"" => medium(Carrier::Vinyl, count, "7\"", Some(7)),
        "10\" shellac" => medium(Carrier::Shellac, count, "", Some(10)),
        "12\" shellac" => medium(Carrier::Shellac, count, "", Some(12)),
        "MC" => medium(Carrier::Cassette, count, "", None),
        "8-track" => medium(Carrier::EightTrack, count, "", None),
        "reel" => medium(Carrier::ReelToReel, count, "", None),
        "MiniDisc" => medium(Carrier::MiniDisc, count, "", None),
        "LaserDisc" => medium(Carrier::LaserDisc, count, "", None),
        "VHS" => medium(Carrier::Vhs, count, "", None),
        other => panic!("unknown format: {other}"),
    }
}

fn release_of(line: &str) -> Release {
    let fields = line.split('|').map(str::trim).collect::<Vec<_>>();
    let [artist, title, format, types, edition, year, country, label, number] = fields[..] else {
        panic!("nine fields expected: {line}")
    };
    let list = |text: &str| text.split(", ").filter(|text| !text.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty()).and_then(sourced);
    let types = list(types).iter().map(|kind| kind.parse::<ReleaseType>().expect("a type")).collect();
    let mut release = Release {
        artist: sourced(ArtistCredit::from_name(artist)),
        title: some(title),
        format: sourced(media_of(format)),
        types: sourced(types),
        date: Some(year).filter(|year| !year.is_empty()).and_then(|year| sourced(year.parse().expect("a year"))),
        country: sourced(Country(country.to_owned())),
        label: some(label),
        catalog_number: some(number),
        ..Release::default()
    };
    let (mut words, mut performers) = (Vec::new(), Vec::new());
    for word in list(edition) {
        match (word.split_once(':'), word.strip_prefix('@')) {
            (Some(("composer", name)), _) => release.composers = sourced(vec![name.to_owned()]),
            (Some(("conductor", name)), _) => release.conductors = sourced(vec![name.to_owned()]),
            (Some(("performer", name)), _) => performers.push(name.to_owned()),
            (Some(("description", word)), _) => release.descriptions = sourced(vec![word.to_owned()]),
            (Some(("latin", name)), _) => release.latin_artist = some(name),
            (Some(("note", text)), _) => release.format_notes = sourced(vec![text.to_owned()]),
            (_, Some("180g")) => release.grams = sourced(180),
            (_, Some(color)) => release.color = some(color),
            _ => words.push(word),
        }
    }
    release.edition = sourced(words);
    release.performers = sourced(performers).filter(|names| !names.value.is_empty());
    release
}

#[test]
fn titles_match_those_of_an_experienced_seller() {
    let lines = TITLES.trim().lines().collect::<Vec<_>>();
    assert!(lines.len() >= 120, "{}", lines.len() / 2);
    let mut wrong = Vec::new();
    for pair in lines.chunks(2) {
        let [facts, expected] = pair else { panic!("a title for each line: {pair:?}") };
        let expected = expected.strip_prefix("=> ").expect("=>");
        let listing = compose(&release_of(facts)).expect("a listing");
        assert!(utf16_len(listing.title()) <= 80, "{}", listing.title());
        if listing.title() != expected {
            wrong.push(format!("{expected}\n  is {}", listing.title()));
        }
    }
    assert!(wrong.is_empty(), "{} titles differ:\n{}", wrong.len(), wrong.join("\n"));
}
