//! The study book: the bank as chapters of questions with their answers on a later page, as HTML and EPUB.
//!
//! Pages are made once, from data, for either form (`plan`, then `question`, `answer`, `around`, `source`); `site` has mdBook's
//! renderer put them into a site, `epub` packs them, `folder` decides where files may be written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bank::{self, Bank};

mod answer;
mod around;
mod epub;
mod folder;
mod outline;
mod page;
mod plan;
mod question;
mod site;
mod source;
#[cfg(test)]
mod tests;

use outline::Outline;
use page::{Medium, Page};
use plan::Plan;

/// The e-book's name, beside the pages.
pub const EPUB: &str = "trapline-guide.epub";

/// Why there is no guide; each reads as one sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{} is not empty and holds no guide of trapline's: name another folder, or empty it", .0.display())]
    NotOurs(PathBuf),
    #[error("{} is a file: name a folder", .0.display())]
    NoFolder(PathBuf),
    #[error("nothing can be written to {}: {}", .0.display(), .1)]
    Write(PathBuf, #[source] io::Error),
    #[error("the bank has no trap")]
    Empty,
    #[error("the guide's outline is broken: {0}")]
    Outline(String),
    #[error("the pages can't be made: {0}")]
    Site(String),
    #[error("the e-book can't be made: {0}")]
    Epub(#[from] epub_builder::Error),
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    pub chapters: usize,
    pub traps: usize,
}

/// Writes the guide to a folder: new, empty, or with an earlier guide, which is replaced.
///
/// # Errors
/// Where the folder is somebody else's, or can't be written to. Then an earlier guide is still there.
pub fn write(bank: &Bank, folder: &Path) -> Result<Extent, Error> {
    let plan = Plan::of(bank, Outline::builtin(bank::fill).map_err(Error::Outline)?);
    let newest = plan.items().map(|item| item.trap.published).max().ok_or(Error::Empty)?;
    folder::Folder::claim(folder)?.fill(|scratch| {
        let output = scratch.output();
        let cant = |error| Error::Write(folder.to_owned(), error);
        let site = site::render(&pages(&plan, bank, Medium::Site), &plan.title, &scratch.inputs(), &output);
        site.map_err(|error| Error::Site(format!("{error:#}")))?;
        let figures = plan.items().filter_map(|item| item.trap.figure.as_ref().map(|figure| (&item.trap.id, figure)));
        let epub = epub::file(&pages(&plan, bank, Medium::Epub), figures, &plan.title, newest)?;
        fs::write(output.join(EPUB), epub).map_err(cant)
    })?;
    Ok(Extent { chapters: plan.chapters.len(), traps: plan.items().count() })
}

/// All pages, in reading order.
fn pages(plan: &Plan<'_>, bank: &Bank, medium: Medium) -> Vec<Page> {
    let mut pages = vec![around::front(plan, medium)];
    for chapter in &plan.chapters {
        pages.push(question::page(chapter, medium));
        pages.push(answer::page(chapter, bank, medium));
    }
    pages.push(around::index(plan, bank, medium));
    pages.push(source::page(plan, medium));
    pages
}
