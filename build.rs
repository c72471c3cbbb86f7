//! Generates the API's types and methods from `spec/` into `$OUT_DIR/generated.rs`. With the feature `mock`, the document that
//! they are made from goes beside them, as `document.json`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use venice_ai_codegen::overlay::{Mode, Overlay};
use venice_ai_codegen::{Error, Value, generate, yaml};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    println!("cargo::rerun-if-changed=build.rs");
    let spec = read("spec/swagger.yaml")?;
    let overlay = overlay("spec/overlay.yaml")?;
    let docs = self::overlay("spec/docs.yaml")?;
    let generated =
        generate(&spec, &overlay, &docs, Mode::Strict).map_err(|error| error.in_file("spec/swagger.yaml"))?;
    write("generated.rs", &generated.code)?;
    if std::env::var_os("CARGO_FEATURE_MOCK").is_some() {
        write("document.json", &generated.document.to_string())?;
    }
    Ok(())
}

fn write(name: &str, text: &str) -> Result<(), Error> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    std::fs::write(&out, text)
        .map_err(|error| Error::new("cannot write what was generated").in_file(out.display().to_string()).found(error))
}

fn read(path: &str) -> Result<Value, Error> {
    println!("cargo::rerun-if-changed={path}");
    let text = std::fs::read_to_string(Path::new(path))
        .map_err(|error| Error::new("cannot read a part of the API description").in_file(path).found(error))?;
    yaml::parse(&text).map_err(|error| error.in_file(path))
}

fn overlay(path: &str) -> Result<Overlay, Error> {
    Overlay::parse(&read(path)?).map_err(|error| error.in_file(path))
}
