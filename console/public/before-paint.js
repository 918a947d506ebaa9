// Sets theme and language before the first paint, from what the reader chose last time. A file of its own
// because the Content-Security-Policy allows no inline script.
try {
  const theme = localStorage.getItem("campusd.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  if (localStorage.getItem("campusd.lang") === "en") document.documentElement.lang = "en";
} catch {
  // Storage is refused: the defaults stand.
}
