"""Checks and questions for the documents of both listeners. Importing it registers the check."""

import schemathesis


@schemathesis.check
class EveryOperationWorks:
    """Each operation that was tried succeeded at least once, so that its success response was checked, too."""

    def __init__(self):
        self.tried, self.worked = set(), set()

    def after_response(self, context, response, case):
        self.tried.add(case.operation.label)
        if 200 <= response.status_code < 400:
            self.worked.add(case.operation.label)

    def after_run(self, context):
        never = sorted(self.tried - self.worked)
        if never:
            raise AssertionError(f"never succeeded: {', '.join(never)}")


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def is_of_phase(case, name):
    return case.meta.phase.name.value.lower() == name
