//! A machine that is to be made, and one that is to be of another size, as ARM wants it spelt.

use serde_json::{Value as Json, json};
use vmlogin_engine::value::Value;

use crate::kinds::vm::image;

/// What a new machine is made of.
#[derive(Debug)]
pub(crate) struct New<'a> {
    pub(crate) size: &'a str,
    pub(crate) image: image::Image<'a>,
    /// In gigabytes; the image's own where there is none.
    pub(crate) disk_size: Option<i64>,
    pub(crate) disk_type: Option<&'a str>,
    pub(crate) computer_name: &'a str,
    pub(crate) admin: &'a str,
    /// `windows` or `linux`.
    pub(crate) os: &'a str,
    /// Whether the administrator has a password; without one, a machine with Linux takes none from anybody.
    pub(crate) has_password: bool,
    /// The administrator's key, or where it comes from.
    pub(crate) ssh_key: Option<&'a Value>,
    /// The id of its network interface.
    pub(crate) nic: &'a str,
}

/// Where in the body the attributes go whose text is known only when it is sent.
pub(crate) const SECRETS: [(&str, &str); 2] = [
    ("admin.password", "/properties/osProfile/adminPassword"),
    (
        "admin.ssh-key",
        "/properties/osProfile/linuxConfiguration/ssh/publicKeys/0/keyData",
    ),
];

impl New<'_> {
    /// The properties that are sent, those of Compute 2024-07-01. Azure has defaults for all others, patching included.
    pub(crate) fn properties(&self) -> Json {
        json!({
            "hardwareProfile": {"vmSize": self.size},
            "storageProfile": {"imageReference": self.image_reference(), "osDisk": self.disk()},
            "osProfile": self.os_profile(),
            "networkProfile": {
                "networkInterfaces": [{"id": self.nic, "properties": {"primary": true}}]
            },
        })
    }

    fn image_reference(&self) -> Json {
        let image = &self.image;
        json!({
            "publisher": image.publisher,
            "offer": image.offer,
            "sku": image.sku,
            "version": image.version,
        })
    }

    /// The disk goes with its machine: nothing of ours would name it once the machine is gone.
    fn disk(&self) -> Json {
        let mut disk = json!({
            "createOption": "FromImage",
            "caching": "ReadWrite",
            "deleteOption": "Delete",
        });
        if let Some(gigabytes) = self.disk_size {
            disk["diskSizeGB"] = json!(gigabytes);
        }
        if let Some(sort) = self.disk_type {
            disk["managedDisk"] = json!({"storageAccountType": sort});
        }
        disk
    }

    /// With the agent and with extensions allowed: without either there is no login.
    fn os_profile(&self) -> Json {
        let mut profile = json!({
            "computerName": self.computer_name,
            "adminUsername": self.admin,
            "allowExtensionOperations": true,
        });
        let (name, configuration) = match self.os {
            "windows" => ("windowsConfiguration", json!({"provisionVMAgent": true})),
            _ => ("linuxConfiguration", self.linux()),
        };
        profile[name] = configuration;
        profile
    }

    fn linux(&self) -> Json {
        let mut linux = json!({
            "provisionVMAgent": true,
            "disablePasswordAuthentication": !self.has_password,
        });
        if let Some(key) = self.ssh_key {
            let path = format!("/home/{}/.ssh/authorized_keys", self.admin);
            // A key that stands in a file is filled in when it is sent.
            let text = key.as_text().unwrap_or_default();
            linux["ssh"] = json!({"publicKeys": [{"path": path, "keyData": text}]});
        }
        linux
    }
}

/// The change that gives a machine another size.
pub(crate) fn resized(size: &str) -> Json {
    json!({"properties": {"hardwareProfile": {"vmSize": size}}})
}
