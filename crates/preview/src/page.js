// Without this script the page shows everything one below the other.
const tabs = [...document.querySelectorAll('[role="tab"]')];
const panes = [...document.querySelectorAll('[role="tabpanel"]')];
document.documentElement.classList.add('scripted');

function show(id) {
  const shown = panes.some((pane) => pane.id === id) ? id : panes[0]?.id;
  for (const pane of panes) pane.classList.toggle('shown', pane.id === shown);
  for (const tab of tabs) {
    const selected = tab.getAttribute('aria-controls') === shown;
    tab.setAttribute('aria-selected', selected);
    tab.tabIndex = selected ? 0 : -1;
  }
}

tabs.forEach((tab, index) => {
  tab.addEventListener('click', (event) => {
    event.preventDefault();
    show(tab.getAttribute('aria-controls'));
  });
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const last = tabs.length - 1;
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? last : step && (index + step + tabs.length) % tabs.length;
    if (next === undefined) return;
    event.preventDefault();
    show(tabs[next].getAttribute('aria-controls'));
    tabs[next].focus();
  });
});

const boxes = [...document.querySelectorAll('[data-kbytes]')];
function total() {
  const bytes = boxes.filter((box) => box.checked).reduce((sum, box) => sum + 1024 * Number(box.dataset.kbytes), 0);
  document.getElementById('total').textContent = `${(bytes / 1e6).toFixed(1)} MB`;
}
for (const box of boxes) box.addEventListener('change', total);
total();
// `#show=choices` opens on a page without scrolling to it; `#only=window` shows the Installer's window alone.
const wanted = new URLSearchParams(location.hash.slice(1));
document.documentElement.classList.toggle('only', wanted.get('only') === 'window');
show(wanted.get('show'));
