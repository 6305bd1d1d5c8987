//! What every ARM resource shares: ids, error answers and long-running operations. All of it is pure.

mod advice;
pub mod fault;
pub mod id;
pub mod operation;

pub use fault::{Fault, FaultKind};
pub use id::ArmId;
pub(crate) use id::Scopes;
pub use operation::{Operation, Progress};
