"""文本 and 说明书 in Word."""

from geoplan.publish.office.render import places_in_texts, write_explanation, write_text

__all__ = ["places_in_texts", "write_explanation", "write_text"]
