"""How the administration looks."""

# The product's green, from light to dark, as unfold names the steps.
ADMIN_COLORS = {
    "50": "#eff8f5",
    "100": "#d7efe7",
    "200": "#b1dfd1",
    "300": "#82cab6",
    "400": "#55c3a3",
    "500": "#2a9c7e",
    "600": "#0f6a56",
    "700": "#0b5c4a",
    "800": "#0b4a3d",
    "900": "#0a3d33",
    "950": "#062219",
}
