//! The declarations, in C and Objective-C.

mod classes;
mod header;
mod needs;
mod spelling;
mod types;

pub use header::{Header, header};
pub use needs::{Needs, is_type, owner};

/// What `base.h` of the layer declares by hand, and the SDK's own headers do (`MacTypes.h`, `objc/*.h`).
const BY_HAND: &[&str] = &[
    "AbsoluteTime",
    "Boolean",
    "Byte",
    "CFComparisonResult",
    "CFHashCode",
    "CFIndex",
    "CFOptionFlags",
    "CFRange",
    "CFTypeID",
    "CFTypeRef",
    "CGFloat",
    "CGPoint",
    "CGRect",
    "CGSize",
    "ConstStr255Param",
    "ConstStringPtr",
    "FSRef",
    "Fixed",
    "FourCharCode",
    "Handle",
    "ItemCount",
    "LangCode",
    "NSComparisonResult",
    "NSDecimal",
    "NSFastEnumerationState",
    "NSInteger",
    "NSPoint",
    "NSRange",
    "NSRangePointer",
    "NSRect",
    "NSRectEdge",
    "NSSize",
    "NSTimeInterval",
    "NSUInteger",
    "NSZone",
    "OSErr",
    "OSStatus",
    "OSType",
    "OptionBits",
    "Point",
    "ProcessSerialNumber",
    "Ptr",
    "Rect",
    "RegionCode",
    "ResType",
    "ScriptCode",
    "SignedByte",
    "Size",
    "Str255",
    "StringPtr",
    "Style",
    "UTF32Char",
    "UniChar",
    "UniCharCount",
    "UnsignedWide",
    "dispatch_block_t",
    "unichar",
    "wide",
];

/// Whether a type is declared elsewhere.
fn is_by_hand(name: &str) -> bool {
    BY_HAND.contains(&name)
}
