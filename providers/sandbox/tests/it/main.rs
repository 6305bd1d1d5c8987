//! The sandbox from the other side: raw HTTP, as any client sends it.

mod access;
mod arc;
mod deployments;
mod directory;
mod extensions;
mod faults;
mod interfaces;
mod lists;
mod locks;
mod machines;
mod managed_identities;
mod network_parts;
mod new_machines;
mod operations;
mod plain_resources;
mod quotas;
mod resource_groups;
mod role_assignments;
mod shared;
mod stage;
mod state;
mod sweep;
mod tags;
mod tls;
mod tokens;
mod virtual_networks;
