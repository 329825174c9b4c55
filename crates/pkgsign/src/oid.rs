//! Object identifiers. Apple's own are documented in its certification practice statements; all were seen in its certificates.

use x509_cert::der::asn1::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// RFC 5652: the content types.
pub(super) const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
pub(super) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
/// RFC 3161: the content of a time stamp.
pub(super) const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");

/// RFC 5652: signed attributes.
pub(super) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
pub(super) const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
/// RFC 2634 and RFC 5035: which certificate a time stamp is signed with.
pub(super) const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
pub(super) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
/// Apple's: the digests of all code directories, as a property list and as a set.
pub(super) const CDHASHES_PLIST: ObjectIdentifier = oid("1.2.840.113635.100.9.1");
pub(super) const CDHASHES: ObjectIdentifier = oid("1.2.840.113635.100.9.2");
/// RFC 3161: the unsigned attribute with a time-stamp token.
pub(super) const TIMESTAMP_TOKEN: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.14");

/// PKCS #1.
pub(super) const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");

/// RFC 5280: extensions of certificates.
pub(super) const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
pub(super) const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
pub(super) const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
pub(super) const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");

/// Extended key usages.
pub(super) const ANY_USAGE: ObjectIdentifier = oid("2.5.29.37.0");
pub(super) const CODE_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.3");
pub(super) const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
/// Apple's, for packages.
pub(super) const PACKAGE_SIGNING: ObjectIdentifier = oid("1.2.840.113635.100.4.13");

/// Apple's marks: extensions that say what a certificate is.
pub(super) const DEVELOPER_ID_APPLICATION: ObjectIdentifier = oid("1.2.840.113635.100.6.1.13");
pub(super) const DEVELOPER_ID_INSTALLER: ObjectIdentifier = oid("1.2.840.113635.100.6.1.14");
pub(super) const DEVELOPER_ID_KERNEL: ObjectIdentifier = oid("1.2.840.113635.100.6.1.18");
pub(super) const DEVELOPER_ID_AUTHORITY: ObjectIdentifier = oid("1.2.840.113635.100.6.2.6");

/// Attributes of names.
pub(super) const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
pub(super) const ORGANIZATIONAL_UNIT: ObjectIdentifier = oid("2.5.4.11");
pub(super) const ORGANIZATION: ObjectIdentifier = oid("2.5.4.10");
pub(super) const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
pub(super) const USER_ID: ObjectIdentifier = oid("0.9.2342.19200300.100.1.1");
