//! Virtual machines as ARM spells them: what vmlogin reads here, what it writes in [`new`].

pub(super) mod new;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::arm::ArmId;
use crate::kinds::identity::wire::Identity;
use crate::kinds::login::Host;
use crate::kinds::login::wire::{Extension, Status};
use crate::kinds::{Provisioning, Tags};

/// A virtual machine, read with `$expand=instanceView`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    /// Its id.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Where it is.
    pub(crate) location: String,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Its identity; the member is absent where there is none.
    #[serde(default)]
    pub(crate) identity: Identity,
    /// The version of its model, absent before API version 2024-07-01.
    #[serde(default)]
    pub(crate) etag: Option<String>,
    /// The zone that it lies in, absent for one that lies in none.
    #[serde(default)]
    pub(crate) zones: Option<Vec<String>>,
    /// Its properties.
    #[serde(default)]
    pub(crate) properties: Properties,
    /// Its extensions: whole ones where one machine is read, bare ids in lists, absent where there are none.
    #[serde(default)]
    pub(crate) resources: Option<Vec<Extension>>,
}

/// The properties of a machine.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    pub(crate) network_profile: NetworkProfile,
    pub(crate) provisioning_state: Provisioning,
    pub(crate) hardware_profile: HardwareProfile,
    pub(crate) storage_profile: StorageProfile,
    pub(crate) os_profile: OsProfile,
    pub(crate) instance_view: InstanceView,
}

/// Its network interfaces, the primary one marked where there are several.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct NetworkProfile {
    network_interfaces: Option<Vec<InterfaceReference>>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct InterfaceReference {
    id: Option<String>,
    properties: InterfaceReferenceProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct InterfaceReferenceProperties {
    primary: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StorageProfile {
    pub(crate) image_reference: Image,
    pub(crate) os_disk: Disk,
    pub(crate) data_disks: Option<Vec<Disk>>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct HardwareProfile {
    pub(crate) vm_size: Option<String>,
}

/// The image of a marketplace; the members are absent for one from a gallery.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Image {
    pub(crate) publisher: Option<String>,
    pub(crate) offer: Option<String>,
    pub(crate) sku: Option<String>,
    /// What was asked for: often `latest`.
    pub(crate) version: Option<String>,
    /// What that came to.
    pub(crate) exact_version: Option<String>,
    /// An image of a gallery or of one's own.
    pub(crate) id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Disk {
    /// `Windows` or `Linux`.
    pub(crate) os_type: Option<String>,
    /// Absent while a machine is deallocated.
    #[serde(rename = "diskSizeGB")]
    pub(crate) disk_size: Option<i64>,
    pub(crate) managed_disk: Option<ManagedDisk>,
    /// Whether it goes with the machine.
    pub(crate) delete_option: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ManagedDisk {
    pub(crate) storage_account_type: Option<String>,
    pub(crate) id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OsProfile {
    pub(crate) computer_name: Option<String>,
    pub(crate) admin_username: Option<String>,
    /// Whether extensions may be installed; absent on a machine that was made from a disk of its own.
    pub(crate) allow_extension_operations: Option<bool>,
}

/// How the machine runs; empty where it was not asked for or nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct InstanceView {
    pub(crate) computer_name: Option<String>,
    pub(crate) os_name: Option<String>,
    pub(crate) os_version: Option<String>,
    pub(crate) vm_agent: Option<Agent>,
    pub(crate) extensions: Option<Vec<ExtensionView>>,
    pub(crate) statuses: Option<Vec<Status>>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Agent {
    pub(crate) statuses: Option<Vec<Status>>,
    /// The handlers that the agent finds in the machine, whether an extension's resource belongs to them or not.
    pub(crate) extension_handlers: Option<Vec<HandlerView>>,
}

/// One handler that an agent finds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct HandlerView {
    /// `Publisher.Type`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

/// How one extension runs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ExtensionView {
    /// The name of the extension's resource.
    pub(crate) name: Option<String>,
    /// The running version, which the model does not tell: `1.0` there, `1.0.0.8` here.
    pub(crate) type_handler_version: Option<String>,
    pub(crate) statuses: Option<Vec<Status>>,
    pub(crate) substatuses: Option<Vec<Status>>,
}

/// A row of the list of machines that tells how they run and nothing else (`statusOnly`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Running {
    properties: RunningProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RunningProperties {
    instance_view: InstanceView,
}

impl Machine {
    /// A machine of a list, with how it runs and its extensions, as a reading of its own would show it. `None` where the extensions
    /// are not those that the list names: what told of them is late, or does not show all.
    ///
    /// Lists spell the group in capitals (OBSERVED 4), so that the ids are put together from `id`. How an extension fares is not for
    /// `statusOnly` to tell.
    pub(crate) fn with(
        mut self,
        id: &ArmId,
        running: Running,
        extensions: Vec<Extension>,
    ) -> Option<Machine> {
        let own = self.id.as_deref().map_or(id.name(), last);
        let own = id.named(own);
        let named = self.resources.take().unwrap_or_default();
        let mut told: BTreeMap<String, Extension> = extensions
            .into_iter()
            .map(|extension| (extension.name().to_lowercase(), extension))
            .collect();
        let mut whole = Vec::new();
        for extension in &named {
            let model = told.remove(&extension.name().to_lowercase())?;
            let id = own
                .clone()
                .child("extensions", extension.name())
                .to_string();
            whole.push(Extension { id, ..model });
        }
        if !told.is_empty() {
            return None;
        }
        self.id = Some(own.to_string());
        self.resources = Some(whole);
        self.properties.instance_view = InstanceView {
            extensions: None,
            ..running.properties.instance_view
        };
        Some(self)
    }

    /// `running`, `stopped`, `deallocated` and the words for what is on its way there.
    pub(crate) fn power(&self) -> Option<String> {
        self.statuses()
            .find_map(|status| status.after("PowerState/"))
    }

    /// `ready`, `not-ready` or `unknown`. An agent that says nothing is unknown: right after a start it has not reported yet.
    pub(crate) fn agent(&self) -> &'static str {
        let Some(agent) = &self.properties.instance_view.vm_agent else {
            return "unknown";
        };
        match agent
            .statuses
            .iter()
            .flatten()
            .find_map(|status| status.after("ProvisioningState/"))
        {
            Some(state) if state == "succeeded" => "ready",
            Some(_) => "not-ready",
            None => "unknown",
        }
    }

    /// The id of the network interface that its traffic goes through.
    pub(crate) fn interface(&self) -> Option<String> {
        let profile = &self.properties.network_profile;
        let mut all = profile.network_interfaces.iter().flatten();
        let primary = all
            .clone()
            .find(|interface| interface.properties.primary == Some(true));
        primary.or_else(|| all.next())?.id.clone()
    }

    /// The marketplace image that it was made from, as `publisher:offer:sku`.
    pub(crate) fn image(&self) -> Option<String> {
        let image = &self.properties.storage_profile.image_reference;
        let (publisher, offer) = (image.publisher.as_ref()?, image.offer.as_ref()?);
        Some(format!("{publisher}:{offer}:{}", image.sku.as_ref()?))
    }

    /// The same with the version that it came to, or the id of an image that is of no marketplace.
    pub(crate) fn exact_image(&self) -> Option<String> {
        let image = &self.properties.storage_profile.image_reference;
        match (self.image(), &image.exact_version, &image.version) {
            (Some(name), Some(version), _) | (Some(name), None, Some(version)) => {
                Some(format!("{name}:{version}"))
            }
            (Some(name), None, None) => Some(name),
            (None, ..) => image.id.clone(),
        }
    }

    /// The ids of the disks that go when it goes.
    pub(crate) fn disks_that_go(&self) -> impl Iterator<Item = &str> {
        let system = &self.properties.storage_profile.os_disk;
        self.data_disks_that_go().chain(goes(system))
    }

    /// Those of them that hold no system: what is on them nobody could make again.
    pub(crate) fn data_disks_that_go(&self) -> impl Iterator<Item = &str> {
        let disks = self.properties.storage_profile.data_disks.iter().flatten();
        disks.filter_map(goes)
    }

    /// Its size.
    pub(crate) fn size(&self) -> Option<&str> {
        self.properties.hardware_profile.vm_size.as_deref()
    }

    /// The image of one's own that it was made from, as an id.
    pub(crate) fn own_image(&self) -> Option<String> {
        self.properties.storage_profile.image_reference.id.clone()
    }

    /// The handlers that its agent reports, as `Publisher.Type`; `None` where it reports nothing of the sort.
    pub(crate) fn handlers(&self) -> Option<Vec<&str>> {
        let agent = self.properties.instance_view.vm_agent.as_ref()?;
        let handlers = agent.extension_handlers.as_ref()?.iter();
        Some(handlers.filter_map(|view| view.kind.as_deref()).collect())
    }

    /// `on` or `off`, where it tells whether it takes extensions.
    pub(crate) fn extension_operations(&self) -> Option<&'static str> {
        let switch = self.properties.os_profile.allow_extension_operations?;
        Some(if switch { "on" } else { "off" })
    }

    /// Why the machine's last operation failed.
    pub(crate) fn failure(&self) -> Option<String> {
        failure(self.statuses())
    }

    fn statuses(&self) -> impl Iterator<Item = &Status> {
        self.properties.instance_view.statuses.iter().flatten()
    }
}

impl Host for Machine {
    fn os(&self) -> Option<String> {
        let disk = &self.properties.storage_profile.os_disk;
        disk.os_type.as_ref().map(|os| os.to_lowercase())
    }

    /// The machine's own name for itself, else the one that it was made with.
    fn computer_name(&self) -> Option<String> {
        let profile = &self.properties.os_profile;
        let own = self.properties.instance_view.computer_name.as_ref();
        own.or(profile.computer_name.as_ref())
            .filter(|name| !name.is_empty())
            .cloned()
    }

    fn extensions(&self) -> &[Extension] {
        self.resources.as_deref().unwrap_or_default()
    }

    /// The machine's view tells of all of them, by the names of their resources.
    fn view(&self, extension: &Extension) -> Option<ExtensionView> {
        let mut views = self.properties.instance_view.extensions.iter().flatten();
        let of = |view: &&ExtensionView| {
            let name = view.name.as_deref();
            name.is_some_and(|own| own.eq_ignore_ascii_case(extension.name()))
        };
        views.find(of).cloned()
    }
}

impl ExtensionView {
    /// What the extension says of its failure.
    pub(crate) fn failure(&self) -> Option<String> {
        failure(
            self.statuses
                .iter()
                .flatten()
                .chain(self.substatuses.iter().flatten()),
        )
    }

    /// Whether the extension itself reports success.
    pub(crate) fn succeeded(&self) -> bool {
        self.statuses.iter().flatten().any(|status| {
            status
                .after("ProvisioningState/")
                .is_some_and(|state| state == "succeeded")
        })
    }
}

/// The messages of the statuses that report an error, the first first.
fn failure<'a>(statuses: impl Iterator<Item = &'a Status>) -> Option<String> {
    let messages: Vec<&str> = statuses
        .filter(|status| status.is_error())
        .filter_map(|status| {
            status
                .message
                .as_deref()
                .or(status.display_status.as_deref())
        })
        .filter(|message| !message.trim().is_empty())
        .collect();
    (!messages.is_empty()).then(|| bounded(messages.join("; ")))
}

/// Status messages of a hundred kilobytes have been seen.
fn bounded(text: String) -> String {
    const MOST: usize = 2_000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The last part of an id.
fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The id of a disk that goes when its machine goes.
fn goes(disk: &Disk) -> Option<&str> {
    let option = disk.delete_option.as_deref()?;
    let goes = option.eq_ignore_ascii_case("Delete");
    disk.managed_disk.as_ref().filter(|_| goes)?.id.as_deref()
}
