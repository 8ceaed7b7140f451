"""One paid job from the photo to the delivery: photos, styles, orders, produce, deliver."""
