//! Sample output in README and docs: generated, never typed.
//!
//! In a block fenced as `console`, each line `$ melian ...` is a command, and what follows it is what
//! the command prints. All blocks of a page share one folder, in which `catalog/` is as here
//! and `samples/` as in docs. Relative
//! links between pages are followed too.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::shell::{Outcome, copy_folder, empty_folder, melian, root};

/// What to do with samples that are not what the program prints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write them anew.
    Write,
    /// Fail.
    Check,
}

/// Runs all samples of README and docs.
pub(crate) fn run(mode: Mode) -> Outcome {
    let mut stale = Vec::new();
    let mut commands = 0;
    for page in pages()? {
        let text = read(&page)?;
        check_links(&page, &text)?;
        let (fresh, ran) = refreshed(&text)?;
        commands += ran;
        if fresh != text {
            match mode {
                Mode::Write => {
                    std::fs::write(&page, fresh).map_err(|e| format!("{}: {e}", page.display()))?;
                }
                Mode::Check => stale.push(page.display().to_string()),
            }
        }
    }
    if !stale.is_empty() {
        return Err(format!("stale samples in {}: `cargo xtask docs` writes them anew", stale.join(", ")));
    }
    println!("{commands} passed, 0 failed");
    Ok(())
}

fn pages() -> Result<Vec<PathBuf>, String> {
    let mut pages =
        vec![root().join("README.md"), root().join("ARCHITECTURE.md"), root().join("CONTRIBUTING.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The page with every sample as it is now, and how many commands it holds.
fn refreshed(text: &str) -> Result<(String, usize), String> {
    let mut fresh = String::with_capacity(text.len());
    let mut lines = text.lines();
    let (mut folder, mut ran) = (None, 0);
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        if line.trim_end() != "```console" {
            continue;
        }
        for command in lines.by_ref().take_while(|line| line.trim_end() != "```") {
            let Some(words) = command.strip_prefix("$ ") else { continue };
            let folder = match &folder {
                Some(folder) => folder,
                None => folder.insert(playground()?),
            };
            let _ = writeln!(fresh, "{command}");
            fresh.push_str(&output_of(folder, words)?);
            ran += 1;
        }
        fresh.push_str("```\n");
    }
    Ok((fresh, ran))
}

fn playground() -> Result<PathBuf, String> {
    let folder = empty_folder("docs")?;
    copy_folder(&root().join("catalog"), &folder.join("catalog"))?;
    copy_folder(&root().join("docs/samples"), &folder.join("samples"))?;
    Ok(folder)
}

/// What a command prints: stdout, then stderr, without blank ends.
fn output_of(folder: &Path, command: &str) -> Result<String, String> {
    let words = split(command);
    if words.first().map(String::as_str) == Some("cat") {
        return words[1..].iter().map(|name| read(&folder.join(name))).collect();
    }
    if words.first().map(String::as_str) != Some("melian") {
        return Err(format!("a sample runs `{command}`: only `melian` and `cat` can be run"));
    }
    let output = melian(folder, &words[1..])?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    let mut printed = String::new();
    for line in text.trim_end().lines() {
        let _ = writeln!(printed, "{}", line.trim_end());
    }
    Ok(printed)
}

/// Words of a command line, with quotes as a shell has them.
fn split(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in command.chars() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().expect("there is always a word").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Every relative link of a page leads somewhere.
fn check_links(page: &Path, text: &str) -> Outcome {
    let folder = page.parent().ok_or("a page without a folder")?;
    for (_, rest) in text.match_indices("](").map(|(at, _)| (at, &text[at + 2..])) {
        let Some(end) = rest.find(')') else { continue };
        let target = rest[..end].split('#').next().unwrap_or_default();
        let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
        if !outside && !folder.join(target).exists() {
            return Err(format!("{}: the link to `{target}` leads nowhere", page.display()));
        }
    }
    Ok(())
}
