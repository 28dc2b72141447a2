//! Offices of the directory, and who holds them.

/// The RJ Unit at National Headquarters.
pub const RJ_UNIT: &str = "rj-unit";
/// The National Monitoring Centre: NHQ after hours.
pub const NMC: &str = "nmc";

/// Holder of an office. An empty holder stands for the office itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub office: String,
    pub holder: String,
    /// 0 holder, 1 deputy or duty manager, 2 regional duty.
    pub rank: i16,
}
