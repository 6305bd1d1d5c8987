//! Writes the published JSON Schemas into the folder that is named: `just schemas`.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .ok_or("name the folder to write to")?,
    );
    for (name, text) in vmlogin_engine::published::schemas() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
