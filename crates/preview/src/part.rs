//! A component of the package.

use flatpkg::package::Component;
use flatpkg::package_info::PackageInfo;

/// What the page says of a component.
pub struct PagePart<'a> {
    /// What its PackageInfo says.
    pub info: PackageInfo,
    /// The component itself.
    pub component: Component<'a>,
    /// What it takes on the disk, KiB.
    pub kbytes: u64,
}
