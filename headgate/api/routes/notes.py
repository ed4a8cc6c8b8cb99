from __future__ import annotations

from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import AnnotationId, Caller, IdempotencyKey, Lake
from headgate.api.operations import notes
from headgate.api.shapes.annotations import Annotation, AnnotationAsked, Annotations

routes = Routes("Annotations")


@routes.get("/v1/annotations", Group.VIEWER)
def list_annotations(lake: Lake) -> Annotations:
    """The notes on days that charts over time mark. The table `annotations` has withdrawn notes too."""
    return notes.current(lake)


@routes.post("/v1/annotations", Group.UPLOADER)
def annotate(
    lake: Lake, caller: Caller, body: AnnotationAsked, idempotency_key: IdempotencyKey = ""
) -> Annotation:
    """Write a note on a day."""
    return notes.annotate(lake, caller.name, body, idempotency_key)


@routes.delete("/v1/annotations/<annotation_id>", Group.UPLOADER, problems=[404])
def withdraw_annotation(lake: Lake, caller: Caller, annotation_id: AnnotationId) -> Annotations:
    """Withdraw a note, as its author or an operator."""
    return notes.withdraw(lake, caller, annotation_id)
