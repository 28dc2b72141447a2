//! Wire contract: generated types, typed ids, roles, and the one file with subject names.
//!
//! It contains what crosses a process boundary, and nothing else.

pub mod class;
pub mod collation;
pub mod id;
pub mod named;
pub mod normal;
mod programme;
pub mod purge;
pub mod receipt;
pub mod reference;
pub mod role;
pub mod sheet;
pub mod subject;
pub mod zone;

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MethodDescriptor};

pub use programme::PROGRAMME;

/// The encoded descriptors of every `ro.*` file, options included: for reflection and for contract tests.
pub const DESCRIPTOR_BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));

/// The descriptors, decoded once.
pub static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| DescriptorPool::decode(DESCRIPTOR_BYTES).unwrap_or_default());

/// Every RPC of a package such as `ro.cases.v1`, whichever of its gRPC services has it.
pub fn rpcs(package: &str) -> impl Iterator<Item = MethodDescriptor> {
    let services = DESCRIPTORS.services().filter(move |service| service.package_name() == package);
    services.flat_map(|service| service.methods().collect::<Vec<_>>())
}

/// The path of an RPC, as used in access rules and calls.
#[must_use]
pub fn path(rpc: &MethodDescriptor) -> String {
    format!("/{}/{}", rpc.parent_service().full_name(), rpc.name())
}

macro_rules! package {
    ($name:ident, $package:literal $(, $signed:path)*) => {
        #[expect(clippy::allow_attributes, reason = "what the generator writes differs from package to package")]
        #[allow(clippy::all, clippy::too_many_lines, clippy::allow_attributes_without_reason, reason = "generated")]
        pub mod $name {
            pub mod v1 {
                tonic::include_proto!($package);
                $(pub use $signed;)*
            }
        }
    };
}

package!(wire, "ro.wire.v1");
/// Audit logs: all of its messages are signed.
pub mod audit {
    pub mod v1 {
        pub use signed_messages::{CheckpointRefused, CheckpointSealed, CheckpointWitnessed};
    }
}
package!(intake, "ro.intake.v1");
package!(cases, "ro.cases.v1");
package!(safety, "ro.safety.v1", signed_messages::GrantChanged);
package!(notification, "ro.notification.v1");
package!(oms, "ro.oms.v1");
package!(reporting, "ro.reporting.v1");
package!(operations, "ro.operations.v1");
