//! Locales and kinds of characters.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_char, c_int, c_ulong};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{d, shims};

const CATEGORIES: &[(i32, i32)] = &[
    (d::LC_ALL, libc::LC_ALL),
    (d::LC_COLLATE, libc::LC_COLLATE),
    (d::LC_CTYPE, libc::LC_CTYPE),
    (d::LC_MONETARY, libc::LC_MONETARY),
    (d::LC_NUMERIC, libc::LC_NUMERIC),
    (d::LC_TIME, libc::LC_TIME),
    (d::LC_MESSAGES, libc::LC_MESSAGES),
];

/// macOS has a locale `UTF-8`, of characters alone; here it is `C.UTF-8` under another name.
static NAMED_UTF8: AtomicBool = AtomicBool::new(false);

/// What the environment says for characters: the first of these that says anything.
fn from_environment() -> Option<String> {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    names.filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty())
}

unsafe extern "C" fn setlocale(category: c_int, name: *const c_char) -> *mut c_char {
    let Some(linux) = super::to_linux(CATEGORIES, category) else { return std::ptr::null_mut() };
    if category != d::LC_CTYPE {
        return libc::setlocale(linux, name);
    }
    if !name.is_null() {
        let wanted = CStr::from_ptr(name).to_bytes();
        let utf8 = wanted == b"UTF-8" || wanted.is_empty() && from_environment().as_deref() == Some("UTF-8");
        let name = if utf8 { c"C.UTF-8".as_ptr() } else { name };
        if libc::setlocale(linux, name).is_null() {
            return std::ptr::null_mut();
        }
        NAMED_UTF8.store(utf8, Ordering::Relaxed);
    }
    if NAMED_UTF8.load(Ordering::Relaxed) {
        return c"UTF-8".as_ptr().cast_mut();
    }
    libc::setlocale(linux, std::ptr::null())
}

/// First items of rows, how many there are, and Linux's first: rows run alike.
const ITEMS: &[(i32, i32, libc::nl_item)] = &[
    (d::CODESET, 1, libc::CODESET),
    (d::D_T_FMT, 3, libc::D_T_FMT),
    (d::T_FMT_AMPM, 1, libc::T_FMT_AMPM),
    (d::AM_STR, 2, libc::AM_STR),
    (d::DAY_1, 7, libc::DAY_1),
    (d::ABDAY_1, 7, libc::ABDAY_1),
    (d::MON_1, 12, libc::MON_1),
    (d::ABMON_1, 12, libc::ABMON_1),
    (d::ERA, 1, libc::ERA),
    (d::ERA_D_FMT, 1, libc::ERA_D_FMT),
    (d::ERA_D_T_FMT, 1, libc::ERA_D_T_FMT),
    (d::ERA_T_FMT, 1, libc::ERA_T_FMT),
    (d::ALT_DIGITS, 1, libc::ALT_DIGITS),
    (d::RADIXCHAR, 1, libc::RADIXCHAR),
    (d::THOUSEP, 1, libc::THOUSEP),
    (d::YESEXPR, 1, libc::YESEXPR),
    (d::NOEXPR, 1, libc::NOEXPR),
    (d::CRNCYSTR, 1, libc::CRNCYSTR),
];

unsafe extern "C" fn nl_langinfo(item: c_int) -> *const c_char {
    let row = ITEMS.iter().find(|(first, count, _)| (*first..first + count).contains(&item));
    let Some((first, _, linux)) = row else { return c"".as_ptr() };
    let text = libc::nl_langinfo(linux + (item - first));
    if item == d::CODESET && CStr::from_ptr(text).to_bytes() == b"ANSI_X3.4-1968" {
        return c"US-ASCII".as_ptr();
    }
    text
}

/// `isalpha` and the like are inline functions that look into this table (`_ctype.h`, `runetype.h`): of ASCII only,
/// as in the C locale.
static mut RUNES: d::RuneLocale = d::RuneLocale {
    __magic: *b"RuneMagA",
    __encoding: [0; 32],
    __sgetrune: 0,
    __sputrune: 0,
    __invalid_rune: 0xfffd,
    __runetype: [0; 256],
    __maplower: [0; 256],
    __mapupper: [0; 256],
    __runetype_ext: [0; 2],
    __maplower_ext: [0; 2],
    __mapupper_ext: [0; 2],
    __variable: 0,
    __variable_len: 0,
    __ncharclasses: 0,
    __charclasses: 0,
};

fn kinds(character: u8) -> u32 {
    let is = |yes: bool, bit: i32| if yes { bit as u32 } else { 0 };
    is(character.is_ascii_alphabetic(), d::_CTYPE_A)
        | is(character.is_ascii_control(), d::_CTYPE_C)
        | is(character.is_ascii_digit(), d::_CTYPE_D)
        | is(character.is_ascii_graphic(), d::_CTYPE_G)
        | is(character.is_ascii_lowercase(), d::_CTYPE_L)
        | is(character.is_ascii_punctuation(), d::_CTYPE_P)
        | is(character.is_ascii_whitespace() || character == 0x0b, d::_CTYPE_S)
        | is(character.is_ascii_uppercase(), d::_CTYPE_U)
        | is(character.is_ascii_hexdigit(), d::_CTYPE_X)
        | is(matches!(character, b' ' | b'\t'), d::_CTYPE_B)
        | is(character.is_ascii_graphic() || character == b' ', d::_CTYPE_R)
}

/// Fills the table.
pub fn prepare() {
    let runes = &raw mut RUNES;
    // SAFETY: `stand_ins::prepare` calls this once, before any thread of the program starts.
    let runes = unsafe { &mut *runes };
    let rows = runes.__runetype.iter_mut().zip(&mut runes.__maplower).zip(&mut runes.__mapupper);
    for (character, ((kind, lower), upper)) in (0..=u8::MAX).zip(rows) {
        *kind = kinds(character);
        *lower = character.to_ascii_lowercase().into();
        *upper = character.to_ascii_uppercase().into();
    }
}

/// What is not in the table is a wide character, of the host's locale.
unsafe extern "C" fn __maskrune(character: c_int, mask: c_ulong) -> c_int {
    u8::try_from(character).map_or(0, |byte| (kinds(byte) & mask as u32) as c_int)
}

unsafe extern "C" {
    fn towlower(character: u32) -> u32;
    fn towupper(character: u32) -> u32;
}

unsafe extern "C" fn __tolower(character: c_int) -> c_int {
    u8::try_from(character)
        .map_or_else(|_| towlower(character as u32) as c_int, |byte| byte.to_ascii_lowercase().into())
}

unsafe extern "C" fn __toupper(character: c_int) -> c_int {
    u8::try_from(character)
        .map_or_else(|_| towupper(character as u32) as c_int, |byte| byte.to_ascii_uppercase().into())
}

thread_local! {
    static FORMATS: UnsafeCell<MaybeUninit<libc::lconv>> = const { UnsafeCell::new(MaybeUninit::uninit()) };
}

/// The structure is alike. `CHAR_MAX`, which says that there is no such number, is 127 on Darwin; where characters of Linux
/// have no sign, as on 64-bit ARM, it is 255 there.
unsafe extern "C" fn localeconv() -> *mut libc::lconv {
    let copy = FORMATS.with(UnsafeCell::get).cast::<libc::lconv>();
    libc::localeconv().copy_to(copy, 1);
    for number in [
        &raw mut (*copy).int_frac_digits,
        &raw mut (*copy).frac_digits,
        &raw mut (*copy).p_cs_precedes,
        &raw mut (*copy).p_sep_by_space,
        &raw mut (*copy).n_cs_precedes,
        &raw mut (*copy).n_sep_by_space,
        &raw mut (*copy).p_sign_posn,
        &raw mut (*copy).n_sign_posn,
        &raw mut (*copy).int_p_cs_precedes,
        &raw mut (*copy).int_p_sep_by_space,
        &raw mut (*copy).int_n_cs_precedes,
        &raw mut (*copy).int_n_sep_by_space,
        &raw mut (*copy).int_p_sign_posn,
        &raw mut (*copy).int_n_sign_posn,
    ] {
        if *number == c_char::MAX {
            *number = i8::MAX as c_char;
        }
    }
    copy
}

shims! {
    [localeconv]
    [setlocale]
    [nl_langinfo]
    ["__DefaultRuneLocale" => data &raw const RUNES]
    [__maskrune]
    [__tolower]
    [__toupper]
}
