//! The command `ro concern verify`: checks offline, by its receipt, that a concern was recorded [RM1c].

use std::{fs, path::PathBuf};

use clap::Args;
use prost_reflect::{DynamicMessage, ReflectMessage};
use proto::{receipt, safety::v1::ConcernReceipt};

use crate::{
    client::{
        common::Common,
        failure::Failure,
        output,
        text::{Lang, Words},
    },
    print,
};

/// The service whose key signs receipts.
const SIGNER: &str = "safety";
/// Largest file read as a receipt; a receipt is shorter.
const MAX_FILE_SIZE: u64 = 64 * 1024;

/// Check a receipt that was kept: whether the alarm did record this concern
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ro concern raise \"he would not say why\" --json > receipt.json\n  ro concern verify receipt.json\n  \
    ro concern verify receipt.json --keys /media/audit-keys\n\nEnds with status 1 where the receipt does not hold."
)]
pub struct Verify {
    /// What `ro concern raise --json` printed
    receipt: PathBuf,
    /// Folder with safety.pub; without it, that of the running stack
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

const GENUINE: Words = Words {
    en: "{}  the receipt holds: the concern was recorded {}",
    fr: "{}  le reçu est authentique : la préoccupation a été consignée le {}",
};
const NOT_GENUINE: Words = Words {
    en: "{}  the receipt does NOT hold: safety did not sign it as it reads",
    fr: "{}  le reçu n'est PAS authentique : la sécurité ne l'a pas signé tel quel",
};

impl Verify {
    /// # Errors
    /// See [`Failure`]; the file or the key cannot be read.
    pub fn run(&self) -> Result<(), Failure> {
        let lang = self.common.lang();
        let receipt = self.read()?;
        let folder = match &self.keys {
            Some(folder) => folder.clone(),
            None => self.common.place.description()?.audit_keys(),
        };
        let genuine = holds(&receipt, &audit_log::public_key(&folder, SIGNER)?);
        self.print_result(&receipt, genuine, lang);
        if genuine { Ok(()) } else { Err(Failure::Said) }
    }

    fn read(&self) -> Result<ConcernReceipt, Failure> {
        let unusable = |why: String| Failure::Usage(format!("{}: {why}", self.receipt.display()));
        let size = fs::metadata(&self.receipt).map_err(|error| unusable(error.to_string()))?.len();
        if size > MAX_FILE_SIZE {
            return Err(unusable("too long for a receipt".to_owned()));
        }
        let text = fs::read(&self.receipt).map_err(|error| unusable(error.to_string()))?;
        let mut json = serde_json::Deserializer::from_slice(&text);
        let dynamic =
            DynamicMessage::deserialize(ConcernReceipt::default().descriptor(), &mut json).map_err(|error| unusable(error.to_string()))?;
        dynamic.transcode_to().map_err(|error| unusable(error.to_string()))
    }

    fn print_result(&self, receipt: &ConcernReceipt, genuine: bool, lang: Lang) {
        if self.common.json {
            return output::print_checked(receipt, Some(genuine));
        }
        let words = if genuine { GENUINE } else { NOT_GENUINE };
        print::line(words.fill(lang, &[&receipt.reference, &output::instant(receipt.recorded_at.as_ref())]));
    }
}

/// Whether this key signed the receipt exactly as it is.
fn holds(receipt: &ConcernReceipt, key: &[u8]) -> bool {
    audit_log::row_signed_by(key, receipt::KIND, &receipt::values(receipt).each_ref().map(String::as_str), &receipt.signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_that_nobody_signed_does_not_hold() {
        assert!(!holds(&ConcernReceipt { reference: "RS-7KDM-Q4XP".into(), ..ConcernReceipt::default() }, &[0; 32]));
    }
}
