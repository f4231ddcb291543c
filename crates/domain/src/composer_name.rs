//! Composer names as buyers type them and sellers print them: `Beethoven`, `J.S. Bach`.

/// Short names of composers whose full names would displace the performers in a title. Families with several composers
/// keep initials.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("Alban Berg", "Berg"),
    ("Alexander Scriabin", "Scriabin"),
    ("Anton Bruckner", "Bruckner"),
    ("Antonio Vivaldi", "Vivaldi"),
    ("Antonín Dvořák", "Dvořák"),
    ("Arcangelo Corelli", "Corelli"),
    ("Arnold Schoenberg", "Schoenberg"),
    ("Arthur Sullivan", "Sullivan"),
    ("Benjamin Britten", "Britten"),
    ("Béla Bartók", "Bartók"),
    ("Bedřich Smetana", "Smetana"),
    ("Camille Saint-Saëns", "Saint-Saëns"),
    ("Carl Maria von Weber", "Weber"),
    ("Carl Orff", "Orff"),
    ("Carl Philipp Emanuel Bach", "C.P.E. Bach"),
    ("Charles Gounod", "Gounod"),
    ("Christoph Willibald Gluck", "Gluck"),
    ("Claude Debussy", "Debussy"),
    ("Claudio Monteverdi", "Monteverdi"),
    ("César Franck", "Franck"),
    ("Dmitri Shostakovich", "Shostakovich"),
    ("Domenico Scarlatti", "D. Scarlatti"),
    ("Edvard Grieg", "Grieg"),
    ("Edward Elgar", "Elgar"),
    ("Felix Mendelssohn", "Mendelssohn"),
    ("Felix Mendelssohn-Bartholdy", "Mendelssohn"),
    ("Franz Joseph Haydn", "Haydn"),
    ("Joseph Haydn", "Haydn"),
    ("Franz Liszt", "Liszt"),
    ("Franz Schubert", "Schubert"),
    ("Frédéric Chopin", "Chopin"),
    ("Gaetano Donizetti", "Donizetti"),
    ("Georg Friedrich Händel", "Handel"),
    ("George Frideric Handel", "Handel"),
    ("Georg Philipp Telemann", "Telemann"),
    ("George Gershwin", "Gershwin"),
    ("Georges Bizet", "Bizet"),
    ("Giacomo Puccini", "Puccini"),
    ("Gioacchino Rossini", "Rossini"),
    ("Gioachino Rossini", "Rossini"),
    ("Giovanni Battista Pergolesi", "Pergolesi"),
    ("Giovanni Pierluigi da Palestrina", "Palestrina"),
    ("Giuseppe Verdi", "Verdi"),
    ("Gustav Holst", "Holst"),
    ("Gustav Mahler", "Mahler"),
    ("Hector Berlioz", "Berlioz"),
    ("Henry Purcell", "Purcell"),
    ("Igor Stravinsky", "Stravinsky"),
    ("Jacques Offenbach", "Offenbach"),
    ("Jean Sibelius", "Sibelius"),
    ("Johann Sebastian Bach", "J.S. Bach"),
    ("Johann Strauss II", "J. Strauss II"),
    ("Johannes Brahms", "Brahms"),
    ("Jules Massenet", "Massenet"),
    ("Leoš Janáček", "Janáček"),
    ("Ludwig van Beethoven", "Beethoven"),
    ("Maurice Ravel", "Ravel"),
    ("Modest Mussorgsky", "Mussorgsky"),
    ("Niccolò Paganini", "Paganini"),
    ("Nikolai Rimsky-Korsakov", "Rimsky-Korsakov"),
    ("Olivier Messiaen", "Messiaen"),
    ("Pyotr Ilyich Tchaikovsky", "Tchaikovsky"),
    ("Peter Ilyich Tchaikovsky", "Tchaikovsky"),
    ("Ralph Vaughan Williams", "Vaughan Williams"),
    ("Richard Strauss", "R. Strauss"),
    ("Richard Wagner", "Wagner"),
    ("Robert Schumann", "Schumann"),
    ("Sergei Prokofiev", "Prokofiev"),
    ("Sergei Rachmaninoff", "Rachmaninoff"),
    ("Sergei Vasilyevich Rachmaninoff", "Rachmaninoff"),
    ("Vincenzo Bellini", "Bellini"),
    ("Wolfgang Amadeus Mozart", "Mozart"),
];

/// Returns the short name of a famous composer, or else the name unchanged.
pub(crate) fn composer_name(name: &str) -> &str {
    SHORT_NAMES.iter().find(|(full, _)| full.eq_ignore_ascii_case(name)).map_or(name, |(_, short)| short)
}

/// Returns true if `full` is a longer form of the name `short`: `Sir Georg Solti` and `Solti`,
/// `Felix Mendelssohn-Bartholdy` and `Mendelssohn`.
pub(crate) fn is_fuller_name(full: &str, short: &str) -> bool {
    let Some((_, last)) = full.rsplit_once(' ') else { return false };
    let is_first_half = || last.strip_prefix(short).is_some_and(|rest| rest.starts_with('-'));
    full != short
        && (full.ends_with(&format!(" {short}"))
            || composer_name(full) == short
            || is_first_half()
            || has_initial(full, short))
}

/// Returns true if `short` has the initial of the first name: `G. Rossini` for `Gioacchino Rossini`.
fn has_initial(full: &str, short: &str) -> bool {
    let Some((initial, last)) = short.split_once(". ") else { return false };
    initial.chars().count() == 1 && full.starts_with(initial) && full.ends_with(&format!(" {last}"))
}

/// Returns true for the full name, short name or last name of a famous composer: `Antonio Vivaldi`, `Vivaldi`.
pub(crate) fn is_famous_composer(name: &str) -> bool {
    let last_name = |full: &str| full.rsplit(' ').next().is_some_and(|last| last.eq_ignore_ascii_case(name));
    SHORT_NAMES
        .iter()
        .any(|(full, short)| full.eq_ignore_ascii_case(name) || short.eq_ignore_ascii_case(name) || last_name(full))
}
