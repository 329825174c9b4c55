//! Plans with the second framework, and without.

use super::*;

fn frameworks(version: &str, options: &BuildOptions) -> Result<(Vec<Framework>, String)> {
    let recipes = Recipes::load(&mac(), version.parse().unwrap()).unwrap();
    let plan = Plan::new(&recipes, &data(), &linux(), options)?;
    let why = plan.left_out.iter().find(|item| item.name == "PythonTFramework").map(|item| item.why.clone());
    Ok((plan.frameworks, why.unwrap_or_default()))
}

fn asked(free_threaded: Option<bool>) -> BuildOptions {
    BuildOptions { free_threaded, ..BuildOptions::default() }
}

#[test]
fn releases_have_it_unless_they_are_told_otherwise() {
    let both = vec![Framework::Python, Framework::PythonT];
    assert_eq!(frameworks("3.13.5", &asked(None)).unwrap(), (both.clone(), String::new()));
    let without = (vec![Framework::Python], "--without PythonT was given".to_owned());
    assert_eq!(frameworks("3.13.5", &asked(Some(false))).unwrap(), without);
    let checkout = BuildOptions { checkout: Some(checkout("3.13.5")), ..asked(None) };
    let (own, why) = frameworks("3.13.5", &checkout).unwrap();
    assert_eq!(own, [Framework::Python]);
    assert_eq!(why, "that of a checkout is made when --with PythonT asks for it");
    let checkout = BuildOptions { free_threaded: Some(true), ..checkout };
    assert_eq!(frameworks("3.13.5", &checkout).unwrap(), (both, String::new()));
}

#[test]
fn what_has_none_says_so_when_it_is_asked_for() {
    assert_eq!(frameworks("3.9.2", &asked(None)).unwrap(), (vec![Framework::Python], String::new()));
    let error = frameworks("3.9.2", &asked(Some(true))).unwrap_err();
    assert!(crate::hint::render(&error).contains("Python 3.9 has no free-threaded framework here"), "{error:?}");
}

/// Leaving it out builds nothing again: the steps of the first framework are the same.
#[test]
fn the_first_framework_does_not_depend_on_the_second() {
    let plan = |options: &BuildOptions| chosen(&linux(), options).unwrap();
    let (with, without) = (plan(&asked(None)), plan(&asked(Some(false))));
    let changed: Vec<_> = with.keys.iter().filter(|(name, key)| without.keys.get(*name) != Some(*key)).collect();
    assert_eq!(changed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["pythont", "stage"]);
}

#[test]
fn its_own_arguments_take_the_place_of_the_first_ones() {
    let plan = chosen(&linux(), &asked(None)).unwrap();
    let configure = |step: &str| {
        let ops = &plan.step(step).unwrap().ops;
        let mut runs = ops.iter().filter_map(|op| match op {
            Op::Run(run) if run.purpose == "configure Python" => Some(run.argv.join(" ")),
            _ => None,
        });
        runs.next().unwrap()
    };
    assert!(configure("python").contains("--with-mimalloc=no") && !configure("python").contains("--disable-gil"));
    let second = configure("pythont");
    assert!(second.ends_with("--with-mimalloc=yes --disable-gil --with-framework-name=PythonT"), "{second}");
    assert!(!second.contains("--with-mimalloc=no"), "{second}");
}
