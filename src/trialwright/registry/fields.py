"""Keys of ClinicalTrials.gov API version 2 and the addresses their values have in a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from trialwright.registry.wording import Kind

__all__ = ["FIELDS", "Field"]


@dataclass(frozen=True, slots=True)
class Field:
    """What a key becomes.

    Parameters
    ----------
    address : str
        Address; ``{0}`` and ``{1}`` stand for places in lists, counted from 1.
    kind : {"text", "term", "date", "age", "count", "flag"}
        Kind of value.
    terms : str
        Key of the list of terms.

    Examples
    --------
    >>> FIELDS["protocolSection.outcomesModule.primaryOutcomes[].timeFrame"].address
    'P{0}.timeFrame'
    """

    address: str
    kind: Kind = "text"
    terms: str = ""


def _identification() -> Iterator[tuple[str, Field]]:
    at = "protocolSection.identificationModule"
    for key in ("nctId", "briefTitle", "officialTitle", "acronym"):
        yield f"{at}.{key}", Field(f"identification.{key}")
    yield f"{at}.nctIdAliases[]", Field("identification.nctIdAlias{0}")
    for key in ("id", "type", "link"):
        yield f"{at}.orgStudyIdInfo.{key}", Field(f"orgStudyId.{key}")
    for key in ("id", "type", "domain", "link"):
        yield f"{at}.secondaryIdInfos[].{key}", Field(f"secondaryId{{0}}.{key}")
    yield f"{at}.organization.fullName", Field("organization.name")
    yield f"{at}.organization.class", Field("organization.class", "term", "class")


def _status() -> Iterator[tuple[str, Field]]:
    at = "protocolSection.statusModule"
    yield f"{at}.overallStatus", Field("status.overall", "term", "status")
    yield f"{at}.lastKnownStatus", Field("status.lastKnown", "term", "status")
    yield f"{at}.whyStopped", Field("status.whyStopped")
    yield f"{at}.delayedPosting", Field("status.delayedPosting", "flag")
    yield f"{at}.statusVerifiedDate", Field("dates.verified", "date")
    yield f"{at}.expandedAccessInfo.hasExpandedAccess", Field("expandedAccess.exists", "flag")
    yield f"{at}.expandedAccessInfo.nctId", Field("expandedAccess.nctId")
    yield f"{at}.expandedAccessInfo.statusForNctId", Field("expandedAccess.status", "term", "status")
    for key in ("start", "primaryCompletion", "completion", "studyFirstPost", "resultsFirstPost", "dispFirstPost",
                "lastUpdatePost"):  # fmt: skip
        yield f"{at}.{key}DateStruct.date", Field(f"dates.{key}", "date")
        yield f"{at}.{key}DateStruct.type", Field(f"dates.{key}Type", "term", "actual")
    for key in ("studyFirstSubmit", "studyFirstSubmitQc", "resultsFirstSubmit", "resultsFirstSubmitQc",
                "dispFirstSubmit", "dispFirstSubmitQc", "lastUpdateSubmit"):  # fmt: skip
        yield f"{at}.{key}Date", Field(f"dates.{key}", "date")
    yield f"{at}.resultsWaived", Field("status.resultsWaived", "flag")


def _sponsor() -> Iterator[tuple[str, Field]]:
    at = "protocolSection.sponsorCollaboratorsModule"
    yield f"{at}.leadSponsor.name", Field("sponsor.name")
    yield f"{at}.leadSponsor.class", Field("sponsor.class", "term", "class")
    yield f"{at}.collaborators[].name", Field("collaborator{0}.name")
    yield f"{at}.collaborators[].class", Field("collaborator{0}.class", "term", "class")
    yield f"{at}.responsibleParty.type", Field("responsibleParty.type")
    yield f"{at}.responsibleParty.investigatorAffiliation", Field("responsibleParty.affiliation")
    yield f"{at}.responsibleParty.oldOrganization", Field("responsibleParty.organization")
    over = "protocolSection.oversightModule"
    yield f"{over}.oversightHasDmc", Field("oversight.hasDmc", "flag")
    for key in ("isFdaRegulatedDrug", "isFdaRegulatedDevice", "isUnapprovedDevice", "isPpsd", "isUsExport",
                "fdaaa801Violation"):  # fmt: skip
        yield f"{over}.{key}", Field(f"oversight.{key}", "flag")


def _what() -> Iterator[tuple[str, Field]]:
    yield "protocolSection.descriptionModule.briefSummary", Field("description.briefSummary")
    yield "protocolSection.descriptionModule.detailedDescription", Field("description.detailedDescription")
    yield "protocolSection.conditionsModule.conditions[]", Field("condition{0}")
    yield "protocolSection.conditionsModule.keywords[]", Field("keyword{0}")
    at = "protocolSection.designModule"
    yield f"{at}.studyType", Field("design.studyType", "term", "studyType")
    yield f"{at}.phases[]", Field("design.phase{0}", "term", "phase")
    yield f"{at}.patientRegistry", Field("design.patientRegistry", "flag")
    yield f"{at}.targetDuration", Field("design.targetDuration")
    yield f"{at}.nPtrsToThisExpAccNctId", Field("design.expandedAccessRecords", "count")
    for key in ("individual", "intermediate", "treatment"):
        yield f"{at}.expandedAccessTypes.{key}", Field(f"expandedAccess.{key}", "flag")
    for key in ("allocation", "interventionModel", "primaryPurpose", "observationalModel", "timePerspective"):
        yield f"{at}.designInfo.{key}", Field(f"design.{key}", "term", key)
    yield f"{at}.designInfo.interventionModelDescription", Field("design.interventionModelDescription")
    yield f"{at}.designInfo.maskingInfo.masking", Field("design.masking", "term", "masking")
    yield f"{at}.designInfo.maskingInfo.maskingDescription", Field("design.maskingDescription")
    yield f"{at}.designInfo.maskingInfo.whoMasked[]", Field("design.whoMasked{0}", "term", "whoMasked")
    yield f"{at}.bioSpec.retention", Field("bioSpec.retention")
    yield f"{at}.bioSpec.description", Field("bioSpec.description")
    yield f"{at}.enrollmentInfo.count", Field("enrollment.count", "count")
    yield f"{at}.enrollmentInfo.type", Field("enrollment.type", "term", "actual")


def _arms() -> Iterator[tuple[str, Field]]:
    at = "protocolSection.armsInterventionsModule"
    yield f"{at}.armGroups[].label", Field("arm{0}.label")
    yield f"{at}.armGroups[].type", Field("arm{0}.type", "term", "armType")
    yield f"{at}.armGroups[].description", Field("arm{0}.description")
    yield f"{at}.armGroups[].interventionNames[]", Field("arm{0}.intervention{1}")
    yield f"{at}.interventions[].type", Field("intervention{0}.type", "term", "interventionType")
    yield f"{at}.interventions[].name", Field("intervention{0}.name")
    yield f"{at}.interventions[].description", Field("intervention{0}.description")
    yield f"{at}.interventions[].armGroupLabels[]", Field("intervention{0}.arm{1}")
    yield f"{at}.interventions[].otherNames[]", Field("intervention{0}.otherName{1}")
    for key, letter in (("primary", "P"), ("secondary", "S"), ("other", "O")):
        for part in ("measure", "timeFrame", "description"):
            yield f"protocolSection.outcomesModule.{key}Outcomes[].{part}", Field(f"{letter}{{0}}.{part}")


def _who() -> Iterator[tuple[str, Field]]:
    at = "protocolSection.eligibilityModule"
    yield f"{at}.eligibilityCriteria", Field("eligibility.criteria")
    yield f"{at}.healthyVolunteers", Field("eligibility.healthyVolunteers", "flag")
    yield f"{at}.sex", Field("eligibility.sex", "term", "sex")
    yield f"{at}.genderBased", Field("eligibility.genderBased", "flag")
    yield f"{at}.genderDescription", Field("eligibility.genderDescription")
    yield f"{at}.minimumAge", Field("eligibility.minimumAge", "age")
    yield f"{at}.maximumAge", Field("eligibility.maximumAge", "age")
    yield f"{at}.stdAges[]", Field("eligibility.stdAge{0}", "term", "stdAge")
    yield f"{at}.studyPopulation", Field("eligibility.studyPopulation")
    yield f"{at}.samplingMethod", Field("eligibility.samplingMethod")
    sites = "protocolSection.contactsLocationsModule.locations[]"
    for key in ("facility", "city", "state", "zip", "country"):
        yield f"{sites}.{key}", Field(f"location{{0}}.{key}")
    yield f"{sites}.status", Field("location{0}.status", "term", "status")
    yield f"{sites}.geoPoint.lat", Field("location{0}.latitude")
    yield f"{sites}.geoPoint.lon", Field("location{0}.longitude")


def _beside() -> Iterator[tuple[str, Field]]:
    at = "protocolSection.referencesModule"
    for key in ("pmid", "type", "citation"):
        yield f"{at}.references[].{key}", Field(f"reference{{0}}.{key}")
    for key in ("label", "url"):
        yield f"{at}.seeAlsoLinks[].{key}", Field(f"link{{0}}.{key}")
    for key in ("id", "type", "url", "comment"):
        yield f"{at}.availIpds[].{key}", Field(f"availableData{{0}}.{key}")
    share = "protocolSection.ipdSharingStatementModule"
    yield f"{share}.ipdSharing", Field("dataSharing.decision")
    for key in ("description", "timeFrame", "accessCriteria", "url"):
        yield f"{share}.{key}", Field(f"dataSharing.{key}")
    yield f"{share}.infoTypes[]", Field("dataSharing.infoType{0}")
    yield "derivedSection.miscInfoModule.versionHolder", Field("snapshot.date", "date")
    yield "derivedSection.miscInfoModule.removedCountries[]", Field("removedCountry{0}")
    for key in ("condition", "intervention"):
        for part in ("id", "term"):
            yield f"derivedSection.{key}BrowseModule.meshes[].{part}", Field(f"{key}Mesh{{0}}.{part}")
    yield "hasResults", Field("results.exist", "flag")


FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        **dict(_identification()),
        **dict(_status()),
        **dict(_sponsor()),
        **dict(_what()),
        **dict(_arms()),
        **dict(_who()),
        **dict(_beside()),
    }
)
"""Address by key path, ``[]`` for a place in a list; a key that is not here is kept without an address."""
