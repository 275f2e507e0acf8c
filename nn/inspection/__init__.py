"""Looking at a model and at its training; nothing here changes either.

In reading order: `history` (what a training noted, and `kept` on its way), `outputs` (what each layer puts out, and how
flat it is there), `summary` (a model as a table); then the pictures: `curves`, `boundary`, `loss_surface` with
`principal_plane` (a flat cut through many dimensions), and `style`, the look that they share; `watching` is a training
as a page.
"""
