//! Arc-enabled machines, in two clouds: adopted, signed in to, put off while their agent is away, never made and never deleted.

use insta::assert_snapshot;

use crate::stage::Stage;

const HEAD: &str = r#"/- kdl-version 2
vmlogin 1 { estate "plants" }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
}
tenant contoso-cn cloud=china id="33333333-3333-4333-8333-333333333333" {
    subscription cn-edge id="44444444-4444-4444-8444-444444444444"
}
"#;

const PLANT: &str = r#"
resource-group rg-plant-sh subscription=cn-edge {
    grant admin (group)sg-plant-admins
    arc-machine sh-line1 sh-line2 { login }
}
resource-group rg-hq subscription=core {
    arc-machine hq01 os=windows {
        login
        tags site=hq
        grant user (user)"kim@contoso.com"
    }
}
"#;

const SEED: &str = r#"/- kdl-version 2
tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {
    user "kim@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000001" name="Kim Rossi"
    subscription "22222222-2222-4222-8222-222222222222" name=core {
        resource-group rg-hq location=westeurope {
            arc-machine hq01 os=windows {
                os-name "Windows Server 2025 Standard"
                os-version "10.0.26100.1742"
                computer-name HQ01
                tag owner "team hq"
            }
        }
    }
}
tenant "33333333-3333-4333-8333-333333333333" name=contoso-cn domain="contoso.cn" {
    group sg-plant-admins id="bbbbbbbb-0000-4000-8000-000000000001"
    subscription "44444444-4444-4444-8444-444444444444" name=cn-edge {
        resource-group rg-plant-sh location=chinaeast2 {
            arc-machine sh-line1 os=windows {
                os-name "Windows 11 Enterprise"
                os-version "10.0.26100.3194"
            }
            arc-machine sh-line2 os=windows {
                os-name "Windows Server 2025 Datacenter"
                os-version "10.0.26100.1742"
                status disconnected
            }
        }
    }
}
"#;

fn stage(manifest: &str) -> Stage {
    Stage::new(&format!("{HEAD}{manifest}"), SEED)
}

#[test]
fn machines_of_two_clouds_get_their_login_and_one_whose_agent_is_away_is_put_off() {
    let stage = stage(PLANT);
    assert_snapshot!("plan", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!("apply", stage.sandbox(&["apply", "--yes"]).expect(0));
    assert_snapshot!(
        "nothing_but_the_one_put_off",
        stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0)
    );
}
