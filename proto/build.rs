//! Compiles the .proto files with a pure-Rust compiler and refuses a field without a sensitivity class [IM1b].

use std::{env, error::Error, fs, path::PathBuf};

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};

const FILES: &[&str] = &[
    "ro/audit/v1/audit.proto",
    "ro/cases/v1/access.proto",
    "ro/cases/v1/assessment.proto",
    "ro/cases/v1/break_glass.proto",
    "ro/cases/v1/case.proto",
    "ro/cases/v1/clause.proto",
    "ro/cases/v1/condition.proto",
    "ro/cases/v1/consent.proto",
    "ro/cases/v1/disclosure.proto",
    "ro/cases/v1/document.proto",
    "ro/cases/v1/due.proto",
    "ro/cases/v1/entry.proto",
    "ro/cases/v1/exchange.proto",
    "ro/cases/v1/extract.proto",
    "ro/cases/v1/hold.proto",
    "ro/cases/v1/mediator.proto",
    "ro/cases/v1/mode.proto",
    "ro/cases/v1/participant.proto",
    "ro/cases/v1/protocol.proto",
    "ro/cases/v1/purge.proto",
    "ro/cases/v1/request.proto",
    "ro/cases/v1/review.proto",
    "ro/cases/v1/session.proto",
    "ro/intake/v1/contact.proto",
    "ro/intake/v1/referral.proto",
    "ro/notification/v1/channel.proto",
    "ro/notification/v1/delivery.proto",
    "ro/notification/v1/inbox.proto",
    "ro/notification/v1/preference.proto",
    "ro/oms/v1/oms.proto",
    "ro/operations/v1/operations.proto",
    "ro/reporting/v1/report.proto",
    "ro/safety/v1/alarm.proto",
    "ro/safety/v1/directory.proto",
    "ro/safety/v1/drill.proto",
    "ro/safety/v1/grant.proto",
    "ro/wire/v1/wire.proto",
];

/// Messages whose types are those of the crate `signed-messages`.
const SIGNED: [&str; 4] =
    ["ro.audit.v1.CheckpointSealed", "ro.audit.v1.CheckpointWitnessed", "ro.audit.v1.CheckpointRefused", "ro.safety.v1.GrantChanged"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=ro");
    println!("cargo:rerun-if-changed=build.rs");
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(FILES)?;
    let pool = compiler.descriptor_pool();
    let unclassified = unclassified(&pool);
    if !unclassified.is_empty() {
        return Err(format!("fields without (ro.wire.v1.class): {}", unclassified.join(", ")).into());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    // The encoded form keeps the class options; the decoded one drops them.
    fs::write(out.join("descriptors.binpb"), compiler.encode_file_descriptor_set())?;

    let mut config = tonic_prost_build::Config::new();
    // Personal data must not print: no message has Debug. Enums are codes and may.
    config.skip_debug(pool.all_messages().filter(is_ours).map(|m| format!(".{}", m.full_name())));
    // These are generated once, where the shared crates can see them.
    for message in SIGNED {
        config.extern_path(format!(".{message}"), format!("::signed_messages::{}", message.rsplit('.').next().unwrap_or_default()));
    }
    let mut builder = tonic_prost_build::configure().emit_rerun_if_changed(false).build_transport(true);
    for message in pool.all_messages().filter(is_ours) {
        let name = message.full_name();
        builder = builder.type_attribute(
            name,
            format!("#[derive(::prost_reflect::ReflectMessage)] #[prost_reflect(message_name = \"{name}\", descriptor_pool = \"crate::DESCRIPTORS\")]"),
        );
    }
    builder.compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}

fn is_ours(message: &MessageDescriptor) -> bool {
    message.package_name().starts_with("ro.") && !message.is_map_entry()
}

fn unclassified(pool: &DescriptorPool) -> Vec<String> {
    let Some(class) = pool.get_extension_by_name("ro.wire.v1.class") else {
        return vec!["the option itself is missing".to_owned()];
    };
    let has_class = |field: &FieldDescriptor| field.options().has_extension(&class);
    pool.all_messages()
        .filter(is_ours)
        .flat_map(|m| m.fields().collect::<Vec<_>>())
        .filter(|f| !has_class(f))
        .map(|f| f.full_name().to_owned())
        .collect()
}
