//! The `[ebay.packages]` settings: weight and size of packed items by format. Shipping policies with calculated cost
//! need the weight (Inventory API, `packageWeightAndSize`).

use serde::Deserialize;

use super::formats::PerFormat;

/// Weight and size of the packages, by format.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PackageSettings {
    /// Weight of a packed CD, in ounces.
    pub cd_ounces: Option<f64>,
    /// Size of a packed CD, in inches: `6x6x1`.
    pub cd_inches: Option<PackageSize>,
    /// Weight of a packed record, in ounces.
    pub vinyl_ounces: Option<f64>,
    /// Size of a packed record, in inches.
    pub vinyl_inches: Option<PackageSize>,
    /// Weight of a packed cassette, in ounces.
    pub cassette_ounces: Option<f64>,
    /// Size of a packed cassette, in inches.
    pub cassette_inches: Option<PackageSize>,
    /// Weight of a packed item of any other format, in ounces.
    pub other_ounces: Option<f64>,
    /// Size of a packed item of any other format, in inches.
    pub other_inches: Option<PackageSize>,
}

/// Length, width and height of a package, in inches.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct PackageSize {
    pub length: f64,
    pub width: f64,
    pub height: f64,
}

/// Weight and size of a packed item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Package {
    pub ounces: f64,
    pub size: Option<PackageSize>,
}

impl Package {
    /// Returns the package of several stacked items: weight and height are multiplied by `items`.
    #[must_use]
    pub fn stacked(self, items: u32) -> Self {
        let count = f64::from(items.max(1));
        let size = self.size.map(|size| PackageSize { height: size.height * count, ..size });
        Self { ounces: self.ounces * count, size }
    }
}

impl PackageSettings {
    /// Returns the package of each format; `None` for a format without a weight.
    ///
    /// # Errors
    /// Returns [`InvalidWeight`] if a weight is not a finite number above 0.
    pub fn packages(&self) -> Result<PerFormat<Option<Package>>, InvalidWeight> {
        Ok(PerFormat {
            cd: parse_package("cd", self.cd_ounces, self.cd_inches)?,
            vinyl: parse_package("vinyl", self.vinyl_ounces, self.vinyl_inches)?,
            cassette: parse_package("cassette", self.cassette_ounces, self.cassette_inches)?,
            other: parse_package("other", self.other_ounces, self.other_inches)?,
        })
    }
}

/// A weight in the settings that is not a finite number above 0.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{} is {ounces}: write a weight above 0", self.key())]
pub struct InvalidWeight {
    format: &'static str,
    ounces: f64,
}

impl InvalidWeight {
    /// Returns the key of the setting.
    pub fn key(&self) -> String {
        format!("ebay.packages.{}_ounces", self.format)
    }
}

fn parse_package(
    format: &'static str,
    ounces: Option<f64>,
    size: Option<PackageSize>,
) -> Result<Option<Package>, InvalidWeight> {
    match ounces {
        Some(ounces) if !ounces.is_finite() || ounces <= 0.0 => Err(InvalidWeight { format, ounces }),
        ounces => Ok(ounces.map(|ounces| Package { ounces, size })),
    }
}

impl TryFrom<String> for PackageSize {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let sides = text.split(['x', 'X', '×']).map(|side| side.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>();
        match sides.as_deref() {
            Ok([length, width, height])
                if [length, width, height].iter().all(|side| side.is_finite() && **side > 0.0) =>
            {
                Ok(Self { length: *length, width: *width, height: *height })
            }
            _ => Err(format!("{text:?} is not a size: write length x width x height in inches, for example 6x6x1")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_sides_above_zero() {
        let size = |text: &str| PackageSize::try_from(text.to_owned());
        assert_eq!(size("13 x 13x1.5"), Ok(PackageSize { length: 13.0, width: 13.0, height: 1.5 }));
        for wrong in ["", "6x6", "6x6x0", "6x6x-1", "6x6xNaN", "a box"] {
            assert!(size(wrong).unwrap_err().contains("for example 6x6x1"), "{wrong}");
        }
    }

    #[test]
    fn a_weight_is_above_zero() {
        let settings = |ounces| PackageSettings { vinyl_ounces: Some(ounces), ..PackageSettings::default() };
        let vinyl = Some(Package { ounces: 16.0, size: None });
        assert_eq!(settings(16.0).packages(), Ok(PerFormat { vinyl, ..PerFormat::default() }));
        for wrong in [0.0, -1.0, f64::NAN] {
            assert!(settings(wrong).packages().unwrap_err().to_string().contains("vinyl_ounces"), "{wrong}");
        }
    }
}
