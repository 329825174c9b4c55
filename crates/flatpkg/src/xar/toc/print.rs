//! Writing a table of contents.

use std::fmt::{Display, Write as _};

use quick_xml::escape::partial_escape;

use super::{Checksum, Data, Encoding, File, Stat, Toc};
use crate::xar::Signature;

impl Toc {
    /// The document as `productbuild` lays it out. Deterministic: the same value gives the same bytes.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut out = Printer { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() };
        out.start("xar", "");
        out.start("toc", "");
        out.leaf("creation-time", &self.creation_time);
        out.start("checksum", &style(self.checksum.style));
        out.leaf("offset", self.checksum.offset);
        out.leaf("size", self.checksum.size);
        out.end();
        for signature in &self.signatures {
            out.signature(signature);
        }
        let mut directories: Vec<usize> = Vec::new();
        for (index, file) in self.files.iter().enumerate() {
            while directories.last().copied() != file.parent && directories.pop().is_some() {
                out.end();
            }
            out.file(file);
            directories.push(index);
        }
        while !out.open.is_empty() {
            out.end();
        }
        out.text
    }
}

struct Printer {
    text: String,
    open: Vec<&'static str>,
}

impl Printer {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        for _ in &self.open {
            self.text.push(' ');
        }
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "{line}");
    }

    fn start(&mut self, name: &'static str, attributes: &str) {
        self.line(format_args!("<{name}{attributes}>"));
        self.open.push(name);
    }

    fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.line(format_args!("</{name}>"));
        }
    }

    fn leaf(&mut self, name: &str, value: impl Display) {
        let value = value.to_string();
        self.line(format_args!("<{name}>{}</{name}>", partial_escape(value.as_str())));
    }

    fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    /// Everything of a file except its end tag: its children come before that.
    fn file(&mut self, file: &File) {
        self.start("file", &format!(" id=\"{}\"", file.id));
        if let Some(data) = &file.data {
            self.start("data", "");
            self.data(data);
            self.end();
        }
        if let Some(time) = &file.finder_create_time {
            self.start("FinderCreateTime", "");
            self.leaf("nanoseconds", &time.nanoseconds);
            self.leaf("time", &time.time);
            self.end();
        }
        self.stat(&file.stat);
        for extended in &file.extended {
            let id = extended.id.map(|id| format!(" id=\"{id}\"")).unwrap_or_default();
            self.start("ea", &id);
            self.leaf("name", &extended.name);
            self.data(&extended.data);
            self.end();
        }
        self.leaf("type", file.kind.name());
        [&file.name].into_iter().chain(&file.other_names).for_each(|name| self.leaf("name", name));
    }

    /// Apple's order: `encoding` comes second for stored members and after `size` for compressed ones.
    fn data(&mut self, data: &Data) {
        let encoding = format_args!("<encoding style=\"{}\"/>", partial_escape(data.encoding.mime())).to_string();
        self.leaf("length", data.length);
        if data.encoding == Encoding::Stored {
            self.line(format_args!("{encoding}"));
        }
        self.leaf("offset", data.offset);
        self.leaf("size", data.size);
        if data.encoding != Encoding::Stored {
            self.line(format_args!("{encoding}"));
        }
        self.checksum("extracted-checksum", data.extracted.as_ref());
        self.checksum("archived-checksum", data.archived.as_ref());
    }

    fn checksum(&mut self, name: &str, checksum: Option<&Checksum>) {
        if let Some(Checksum { style: kind, hex }) = checksum {
            self.line(format_args!("<{name}{}>{}</{name}>", style(kind), partial_escape(hex.as_str())));
        }
    }

    fn stat(&mut self, stat: &Stat) {
        self.optional("ctime", stat.ctime.as_ref());
        self.optional("mtime", stat.mtime.as_ref());
        self.optional("atime", stat.atime.as_ref());
        self.optional("group", stat.group.as_ref());
        self.optional("gid", stat.gid);
        self.optional("user", stat.user.as_ref());
        self.optional("uid", stat.uid);
        self.optional("mode", stat.mode.map(|mode| format!("{mode:04o}")));
        self.optional("deviceno", stat.deviceno);
        self.optional("inode", stat.inode);
    }

    fn signature(&mut self, signature: &Signature) {
        self.start(signature.element_name(), &style(&signature.style));
        self.leaf("offset", signature.offset);
        self.leaf("size", signature.size);
        self.start("KeyInfo", " xmlns=\"http://www.w3.org/2000/09/xmldsig#\"");
        self.start("X509Data", "");
        for certificate in &signature.certificates {
            self.leaf("X509Certificate", Signature::lines(certificate));
        }
        self.end();
        self.end();
        self.end();
    }
}

fn style(name: impl Display) -> String {
    let name = name.to_string();
    format!(" style=\"{}\"", quick_xml::escape::escape(name.as_str()))
}
