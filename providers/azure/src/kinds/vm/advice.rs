//! What a person can do about the failures that are known of making and changing a machine (FACTS 7, read 2026-11-21). Azure's own
//! words stay above it.

use vmlogin_engine::provider::Fault;

/// Codes, a text that the message has to hold, and what to do. The first that fits counts.
static KNOWN: [(&[&str], &str, &str); 8] = [
    (
        &[
            "OperationNotAllowed",
            "QuotaExceeded",
            "ResourceQuotaExceeded",
        ],
        "quota",
        "choose a smaller `size` or another `location`, or have the quota of the subscription raised, then run again",
    ),
    (
        &["SkuNotAvailable"],
        "",
        "choose another `size`, `zone` or `location`: `az vm list-skus --location REGION` tells what a subscription may have",
    ),
    (
        &[
            "AllocationFailed",
            "OverconstrainedAllocationRequest",
            "ZonalAllocationFailed",
        ],
        "",
        "Azure has no room for this size there now: run again later, or choose another `size` or `zone`",
    ),
    (
        &["OSProvisioningTimedOut", "VMStartTimedOut"],
        "",
        "the machine may still finish: run again in some minutes, the plan then starts from how it is",
    ),
    (
        &["PlatformImageNotFound", "ImageNotFound"],
        "",
        "check `image`: `az vm image list-skus` tells what a region offers",
    ),
    (
        &[
            "MarketplacePurchaseEligibilityFailed",
            "VMMarketplaceInvalidInput",
            "ResourcePurchaseValidationFailed",
        ],
        "",
        "the terms of this image have to be accepted first: `az vm image terms accept --urn PUBLISHER:OFFER:SKU:VERSION`",
    ),
    (
        &["PropertyChangeNotAllowed"],
        "",
        "only making the machine anew would change that: leave it as it is in the manifest",
    ),
    (
        &["OperationNotAllowed"],
        "resize",
        "deallocate the machine, then run again",
    ),
];

/// The help for a fault, where its failure is known.
pub(super) fn of(fault: &Fault) -> Option<&'static str> {
    let code = fault.code.as_deref().unwrap_or_default();
    let message = fault.message.to_lowercase();
    KNOWN
        .iter()
        .find(|(codes, holds, _)| {
            codes.iter().any(|known| known.eq_ignore_ascii_case(code)) && message.contains(holds)
        })
        .map(|(_, _, help)| *help)
}
