//! Money in minor units with its currency. Never a float.

use std::fmt;

use iso_currency::Currency;
use rust_decimal::prelude::*;
use serde::{Deserialize, Serialize};

/// An amount in the currency's minor unit (ISO 4217): cents for USD, whole yen for JPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Amount in minor units.
    pub minor: i64,
    pub currency: Currency,
}

/// A text that is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseMoneyError {
    #[error("not an amount: {0:?}")]
    Amount(String),
    #[error("not an ISO 4217 currency code: {0:?}")]
    Currency(String),
}

impl Money {
    /// Creates an amount from minor units.
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Parses a decimal amount such as `8.881578947368421`, and rounds it to the minor unit (half to even). Services
    /// send floating-point noise, so digits beyond the minor unit have no meaning.
    ///
    /// # Errors
    /// Returns [`ParseMoneyError`] if the amount is not a decimal number or is negative, or if the currency is unknown.
    pub fn parse(amount: &str, currency: &str) -> Result<Self, ParseMoneyError> {
        let bad = || ParseMoneyError::Amount(amount.to_owned());
        let known = Currency::from_code(&currency.to_uppercase())
            .ok_or_else(|| ParseMoneyError::Currency(currency.to_owned()))?;
        let amount = amount.trim();
        let decimal = Decimal::from_str(amount).or_else(|_| Decimal::from_scientific(amount)).map_err(|_| bad())?;
        if decimal.is_sign_negative() && !decimal.is_zero() {
            return Err(bad());
        }
        let scale = Decimal::from(10_u64.pow(u32::from(decimal_places(known))));
        let minor = decimal.checked_mul(scale).map(|d| d.round()).and_then(|d| d.to_i64()).ok_or_else(bad)?;
        Ok(Self { minor, currency: known })
    }

    /// Returns the amount as a decimal string without the currency: `9.99`, `1200`.
    pub fn amount(self) -> String {
        Decimal::new(self.minor, u32::from(decimal_places(self.currency))).to_string()
    }
}

/// Returns the number of decimal places of the minor unit; 0 for a currency without one.
fn decimal_places(currency: Currency) -> u16 {
    currency.exponent().unwrap_or(0)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.amount(), self.currency.code()))
    }
}
