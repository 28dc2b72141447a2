//! Roles of the programme, as used in grants and in access rules (CD 785, Responsibilities).

/// Assistant Commissioner, Communications and Engagement: guidelines and aggregates [R1].
pub const ACCE: &str = "acce";
/// National Manager, Restorative Justice and Victim Services [R3].
pub const NATIONAL_MANAGER: &str = "national-manager";
/// Officer of the NHQ Restorative Justice Unit.
pub const RJ_OFFICER: &str = "rj-officer";
/// Supervisor in the NHQ Restorative Justice Unit.
pub const RJ_SUPERVISOR: &str = "rj-supervisor";
/// National Monitoring Centre supervisor: NHQ after hours [CD 784].
pub const NMC_SUPERVISOR: &str = "nmc-supervisor";
/// Restorative Opportunities Mediator [R4].
pub const MEDIATOR: &str = "mediator";
/// Regional Victim Services Manager [R5].
pub const RVS_MANAGER: &str = "rvs-manager";
/// Victim Services Officer [R5].
pub const VICTIM_SERVICES_OFFICER: &str = "victim-services-officer";
/// Institutional Head, with a site [R2].
pub const INSTITUTIONAL_HEAD: &str = "institutional-head";
/// District Director, with a site [R2].
pub const DISTRICT_DIRECTOR: &str = "district-director";
/// Manager, Assessment and Interventions, with a site [R6].
pub const MANAGER_ASSESSMENT_INTERVENTIONS: &str = "manager-assessment-interventions";
/// Parole Officer Supervisor or CCC Manager, with a site [R7].
pub const PAROLE_OFFICER_SUPERVISOR: &str = "parole-officer-supervisor";
/// Parole officer, with a site [R8].
pub const PAROLE_OFFICER: &str = "parole-officer";
/// Any other staff member or contracted provider, with a site [R8].
pub const STAFF: &str = "staff";
/// An institution's or region's system that publishes referrals and contacts.
pub const PUBLISHING_SYSTEM: &str = "publishing-system";
/// An NHQ dashboard that follows content-free safety events [CARD3].
pub const DASHBOARD: &str = "dashboard";
/// Statistics and annual report officer.
pub const STATISTICS_OFFICER: &str = "statistics-officer";
/// Operations: health and ledgers without content.
pub const OPERATIONS: &str = "operations";
/// Keeps accounts, office-holders and duty rosters.
pub const DIRECTORY_ADMINISTRATOR: &str = "directory-administrator";

/// Roles that no person holds by name: systems that publish, and displays.
pub const SYSTEMS: [&str; 2] = [PUBLISHING_SYSTEM, DASHBOARD];
/// Roles that read the names of those they work with: everybody who works on referrals, cases or concerns, and who keeps the directory.
pub const NAME_READERS: [&str; 14] = [
    NATIONAL_MANAGER,
    RJ_SUPERVISOR,
    RJ_OFFICER,
    NMC_SUPERVISOR,
    MEDIATOR,
    RVS_MANAGER,
    VICTIM_SERVICES_OFFICER,
    INSTITUTIONAL_HEAD,
    DISTRICT_DIRECTOR,
    MANAGER_ASSESSMENT_INTERVENTIONS,
    PAROLE_OFFICER_SUPERVISOR,
    PAROLE_OFFICER,
    STAFF,
    DIRECTORY_ADMINISTRATOR,
];
/// The RJ Unit: roles that may work the national queue and the RO files.
pub const RJ_UNIT: [&str; 3] = [NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER];
/// Roles that may accept a concern for NHQ.
pub const NHQ_ACCEPTORS: [&str; 4] = [NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, NMC_SUPERVISOR];
/// Roles that may accept a concern for a site they are responsible for.
pub const RESPONSIBLE_HEADS: [&str; 2] = [INSTITUTIONAL_HEAD, DISTRICT_DIRECTOR];
/// Roles that may accept a concern, for NHQ or for a site.
pub const ACCEPTORS: [&str; 6] = {
    let ([manager, supervisor, officer, monitoring], [head, director]) = (NHQ_ACCEPTORS, RESPONSIBLE_HEADS);
    [manager, supervisor, officer, monitoring, head, director]
};

/// Roles that may submit a referral: all who may receive a request for communication [R8a].
pub const SUBMITTERS: [&str; 14] = [
    NATIONAL_MANAGER,
    RJ_SUPERVISOR,
    RJ_OFFICER,
    NMC_SUPERVISOR,
    MEDIATOR,
    RVS_MANAGER,
    VICTIM_SERVICES_OFFICER,
    INSTITUTIONAL_HEAD,
    DISTRICT_DIRECTOR,
    MANAGER_ASSESSMENT_INTERVENTIONS,
    PAROLE_OFFICER_SUPERVISOR,
    PAROLE_OFFICER,
    STAFF,
    PUBLISHING_SYSTEM,
];
/// Roles that may read the ledger of deliveries: the RJ Unit and operations.
pub const LEDGER_READERS: [&str; 4] = [NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, OPERATIONS];

/// Roles whose grant needs two persons: they decide who may accept an alarm, or who may grant roles.
pub const TWO_PERSONS: [&str; 7] =
    [NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, NMC_SUPERVISOR, INSTITUTIONAL_HEAD, DISTRICT_DIRECTOR, DIRECTORY_ADMINISTRATOR];
/// Roles granted for one site, without effect where it is missing.
pub const OF_A_SITE: [&str; 6] =
    [INSTITUTIONAL_HEAD, DISTRICT_DIRECTOR, MANAGER_ASSESSMENT_INTERVENTIONS, PAROLE_OFFICER_SUPERVISOR, PAROLE_OFFICER, STAFF];
/// Roles granted for one region, without effect where it is missing.
pub const OF_A_REGION: [&str; 2] = [RVS_MANAGER, VICTIM_SERVICES_OFFICER];

/// All roles of persons and systems.
pub const ALL: [&str; 19] = [
    ACCE,
    NATIONAL_MANAGER,
    RJ_OFFICER,
    RJ_SUPERVISOR,
    NMC_SUPERVISOR,
    MEDIATOR,
    RVS_MANAGER,
    VICTIM_SERVICES_OFFICER,
    INSTITUTIONAL_HEAD,
    DISTRICT_DIRECTOR,
    MANAGER_ASSESSMENT_INTERVENTIONS,
    PAROLE_OFFICER_SUPERVISOR,
    PAROLE_OFFICER,
    STAFF,
    PUBLISHING_SYSTEM,
    DASHBOARD,
    STATISTICS_OFFICER,
    OPERATIONS,
    DIRECTORY_ADMINISTRATOR,
];
