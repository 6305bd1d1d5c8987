//! What is live in the estate, as ARM answers it, and its ids.

use super::*;

/// A machine on which all is well, as ARM answers it.
pub(crate) fn machine_body(id: &ArmId) -> serde_json::Value {
    json!({
        "id": id.to_string(),
        "name": "web01",
        "location": "westeurope",
        "identity": {"type": "SystemAssigned", "principalId": "66666666-6666-4666-8666-666666666666", "tenantId": TENANT},
        "properties": {
            "provisioningState": "Succeeded",
            "storageProfile": {"osDisk": {"osType": "Windows"}},
            "osProfile": {"computerName": "WEB01"},
            "instanceView": {
                "osName": "Windows Server 2022 Datacenter",
                "vmAgent": {"statuses": [{"code": "ProvisioningState/succeeded", "level": "Info"}]},
                "statuses": [{"code": "PowerState/running", "level": "Info"}],
                "extensions": [{
                    "name": "AADLoginForWindows",
                    "typeHandlerVersion": "2.2.0.0",
                    "statuses": [{"code": "ProvisioningState/succeeded", "level": "Info"}],
                }],
            },
        },
        "resources": [{
            "id": format!("{id}/extensions/AADLoginForWindows"),
            "properties": {
                "publisher": "Microsoft.Azure.ActiveDirectory",
                "type": "AADLoginForWindows",
                "typeHandlerVersion": "1.0",
                "autoUpgradeMinorVersion": true,
                "settings": {"mdmId": ""},
                "provisioningState": "Succeeded",
            },
        }],
    })
}

/// A user-assigned identity, as ARM answers it.
pub(crate) fn managed_identity_body(id: &ArmId) -> serde_json::Value {
    json!({
        "location": "westeurope",
        "tags": {},
        "id": id.to_string().replace("/resourceGroups/", "/resourcegroups/"),
        "name": "id-web",
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "properties": {
            "tenantId": "11111111-1111-4111-8111-111111111111",
            "principalId": "77777777-7777-4777-8777-777777777777",
            "clientId": "88888888-8888-4888-8888-888888888888",
        },
    })
}

/// A security group with one rule, as ARM answers it: members that were not sent are absent or empty.
pub(crate) fn filter_body(id: &ArmId) -> serde_json::Value {
    json!({
        "name": "nsg-web",
        "id": id.to_string(),
        "etag": "W/\"e1\"",
        "type": "Microsoft.Network/networkSecurityGroups",
        "location": "westeurope",
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": "c44f076f-7c38-4050-ade4-128ee42f9fea",
            "securityRules": [rule_body(id)],
            "defaultSecurityRules": [],
        },
    })
}

/// The rule of the security group.
pub(crate) fn rule_body(group: &ArmId) -> serde_json::Value {
    json!({
        "name": "allow-rdp",
        "id": format!("{group}/securityRules/allow-rdp"),
        "etag": "W/\"e1\"",
        "type": "Microsoft.Network/networkSecurityGroups/securityRules",
        "properties": {
            "provisioningState": "Succeeded",
            "description": "Remote Desktop from inside",
            "protocol": "Tcp",
            "sourcePortRange": "*",
            "destinationPortRange": "3389",
            "sourceAddressPrefix": "VirtualNetwork",
            "destinationAddressPrefix": "*",
            "access": "Allow",
            "priority": 100,
            "direction": "Inbound",
            "sourcePortRanges": [],
            "destinationPortRanges": [],
            "sourceAddressPrefixes": [],
            "destinationAddressPrefixes": [],
        },
    })
}

/// A virtual network with a subnet that a machine is in, as ARM answers it: what lies in the subnet is spelt in upper case.
pub(crate) fn network_body(id: &ArmId) -> serde_json::Value {
    let interface = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG-WEB/PROVIDERS/MICROSOFT.NETWORK/NETWORKINTERFACES/NIC/IPCONFIGURATIONS/IPCONFIG1";
    json!({
        "name": "vnet-web",
        "id": id.to_string(),
        "etag": "W/\"e1\"",
        "type": "Microsoft.Network/virtualNetworks",
        "location": "westeurope",
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": "46b6323c-ef9b-4a30-9f6e-54ad6ae76350",
            "addressSpace": {"addressPrefixes": ["10.20.0.0/16"]},
            "privateEndpointVNetPolicies": "Disabled",
            "subnets": [{
                "name": "servers",
                "id": format!("{id}/subnets/servers"),
                "etag": "W/\"e1\"",
                "properties": {
                    "provisioningState": "Succeeded",
                    "addressPrefix": "10.20.1.0/24",
                    "ipConfigurations": [{"id": interface}],
                    "defaultOutboundAccess": true,
                },
                "type": "Microsoft.Network/virtualNetworks/subnets",
            }],
            "virtualNetworkPeerings": [],
            "enableDdosProtection": false,
        },
    })
}

/// A public address that the machine's interface has, as ARM answers it.
pub(crate) fn address_body(id: &ArmId) -> serde_json::Value {
    json!({
        "name": "web01-pip",
        "id": id.to_string(),
        "etag": "W/\"e1\"",
        "type": "Microsoft.Network/publicIPAddresses",
        "location": "westeurope",
        "sku": {"name": "Standard", "tier": "Regional"},
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": "d4c3ec15-237b-4c2b-8fcf-b92b7b3be8e3",
            "ipAddress": "20.36.31.176",
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Static",
            "idleTimeoutInMinutes": 4,
            "ipTags": [],
            "ipConfiguration": {"id": format!("{}/ipConfigurations/ipconfig1", interface_id())},
        },
    })
}

/// The machine's interface, as ARM answers it.
pub(crate) fn interface_body(id: &ArmId) -> serde_json::Value {
    json!({
        "name": "web01-nic",
        "id": id.to_string(),
        "etag": "W/\"e1\"",
        "type": "Microsoft.Network/networkInterfaces",
        "kind": "Regular",
        "location": "westeurope",
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": "88103ee2-62eb-4d68-9df4-21ab1e3089a5",
            "ipConfigurations": [{
                "name": "ipconfig1",
                "id": format!("{id}/ipConfigurations/ipconfig1"),
                "etag": "W/\"e1\"",
                "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateIPAddress": "10.20.1.4",
                    "privateIPAllocationMethod": "Dynamic",
                    "publicIPAddress": {"id": address_id().to_string()},
                    "subnet": {"id": subnet_id().to_string()},
                    "primary": true,
                    "privateIPAddressVersion": "IPv4",
                },
            }],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "enableAcceleratedNetworking": false,
            "enableIPForwarding": false,
            "virtualMachine": {"id": machine_id().to_string()},
            "nicType": "Standard",
        },
    })
}

/// The subnet's id.
pub(crate) fn subnet_id() -> ArmId {
    machine_id()
        .scope()
        .resource("Microsoft.Network/virtualNetworks", "vnet-web")
        .child("subnets", "servers")
}

/// The id of the public address.
pub(crate) fn address_id() -> ArmId {
    machine_id().scope().resource(public_ip::TYPE, "web01-pip")
}

/// The id of the machine's interface.
pub(crate) fn interface_id() -> ArmId {
    let group = machine_id().scope();
    group.resource(network_interface::TYPE, "web01-nic")
}

/// The machine's id.
pub(crate) fn machine_id() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource("Microsoft.Compute/virtualMachines", "web01")
}

/// The grant at the group, as ARM answers it.
pub(crate) fn assignment_body() -> serde_json::Value {
    let group = ArmId::of_subscription(SUBSCRIPTION).group("rg-web");
    json!({
        "id": format!("{group}/providers/Microsoft.Authorization/roleAssignments/g1"),
        "name": "g1",
        "properties": {
            "roleDefinitionId": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/1c0163c0-47e6-4577-8991-ea5c82e286e4"),
            "principalId": GROUP_ID,
            "principalType": "Group",
            "scope": group.to_string(),
            "condition": null,
            "description": "vmlogin:contoso",
        },
    })
}
