"""Figures of the complaint desk: each KPI declared once, and the frames, exports and dashboards that ask for it."""
