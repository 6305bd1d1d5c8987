//! Azure Resource Manager (ARM) and Microsoft Graph for vmlogin: which hosts a cloud has, who signs in to them, how requests
//! are paced, retried and followed to their end, and how an error answer becomes a fault. It knows property names, URLs and the
//! rules of Azure; it must not know manifest text, the order of steps, or terminals.

#![expect(
    clippy::result_large_err,
    reason = "a fault is made once for a request that took milliseconds; boxing it everywhere would buy nothing"
)]

pub mod arm;
pub mod checkup;
pub mod cloud;
pub mod credential;
mod directory;
mod hostile;
pub mod http;
pub mod kinds;
mod network;
mod policy;
pub mod provider;
pub mod rules;
pub mod secrets;
mod survey;
mod tables;
#[cfg(test)]
mod testing;

pub use hostile::check_hostile;
pub use kinds::catalogue;
pub use provider::{Azure, JOINED, Patience, TenantAccess};
pub use rules::rules;
pub use survey::{Reading, Reads, discover};
