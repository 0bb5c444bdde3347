"""The time zone a page names as its own, by its IANA or its Rails name. Pure."""

from collections.abc import Mapping

from monitor.intervals import zone_named
from monitor.kit.fields import maybe_text
from monitor.kit.protocol import PageContext


def own_zone(value: object, page: PageContext) -> tuple[str | None, str | None]:
    """Return the IANA zone that a page names as its own, and what readers must know where it is
    none we know.

    Then its days are cut in the zone we have for it, the user's or the one it named last, else in
    UTC; the remark names the setting. A page that names no zone has neither.
    """
    if value is None or value == "":
        return None, None
    name = maybe_text(value) or str(value)
    try:
        return zone_named(name).key, None
    except ValueError:
        unknown = f"the page names the time zone {name[:60]!r}, which is none we know"
        return None, f"{unknown}: days in {page.zone or 'UTC'}, see `zone`"


SAME_NAMES = (
    "Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Harare Africa/Johannesburg "
    "Africa/Monrovia Africa/Nairobi America/Bogota America/Caracas America/Chihuahua "
    "America/Halifax America/La_Paz America/Lima America/Mazatlan America/Mexico_City "
    "America/Monterrey America/Montevideo America/Puerto_Rico America/Santiago "
    "America/Tijuana Asia/Almaty Asia/Baghdad Asia/Baku Asia/Bangkok Asia/Chongqing "
    "Asia/Colombo Asia/Dhaka Asia/Hong_Kong Asia/Irkutsk Asia/Jakarta Asia/Jerusalem "
    "Asia/Kabul Asia/Kamchatka Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Krasnoyarsk "
    "Asia/Kuala_Lumpur Asia/Kuwait Asia/Magadan Asia/Muscat Asia/Novosibirsk Asia/Rangoon "
    "Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Srednekolymsk Asia/Taipei "
    "Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Ulaanbaatar Asia/Urumqi "
    "Asia/Vladivostok Asia/Yakutsk Asia/Yerevan Atlantic/Azores Australia/Adelaide "
    "Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Melbourne Australia/Perth "
    "Australia/Sydney Europe/Amsterdam Europe/Athens Europe/Belgrade Europe/Berlin "
    "Europe/Bratislava Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Copenhagen "
    "Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kaliningrad Europe/Lisbon "
    "Europe/Ljubljana Europe/London Europe/Madrid Europe/Minsk Europe/Moscow Europe/Paris "
    "Europe/Prague Europe/Riga Europe/Rome Europe/Samara Europe/Sarajevo Europe/Skopje "
    "Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Vienna Europe/Vilnius "
    "Europe/Volgograd Europe/Warsaw Europe/Zagreb Europe/Zurich Pacific/Auckland Pacific/Fiji "
    "Pacific/Guam Pacific/Port_Moresby"
)
"""Zones that Rails calls by the last part of their IANA name, with spaces for underscores."""

RAILS_ZONES: Mapping[str, str] = {
    **{name.rpartition("/")[2].replace("_", " "): name for name in SAME_NAMES.split()},
    "Abu Dhabi": "Asia/Muscat",
    "Alaska": "America/Juneau",
    "American Samoa": "Pacific/Pago_Pago",
    "Arizona": "America/Phoenix",
    "Astana": "Asia/Almaty",
    "Atlantic Time (Canada)": "America/Halifax",
    "Beijing": "Asia/Shanghai",
    "Bern": "Europe/Zurich",
    "Brasilia": "America/Sao_Paulo",
    "Buenos Aires": "America/Argentina/Buenos_Aires",
    "Canberra": "Australia/Canberra",
    "Cape Verde Is.": "Atlantic/Cape_Verde",
    "Central America": "America/Guatemala",
    "Central Time (US & Canada)": "America/Chicago",
    "Chatham Is.": "Pacific/Chatham",
    "Chennai": "Asia/Kolkata",
    "Eastern Time (US & Canada)": "America/New_York",
    "Edinburgh": "Europe/London",
    "Ekaterinburg": "Asia/Yekaterinburg",
    "Georgetown": "America/Guyana",
    "Greenland": "America/Nuuk",
    "Guadalajara": "America/Mexico_City",
    "Hanoi": "Asia/Bangkok",
    "Hawaii": "Pacific/Honolulu",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "International Date Line West": "Etc/GMT+12",
    "Islamabad": "Asia/Karachi",
    "Kyiv": "Europe/Kyiv",
    "Marshall Is.": "Pacific/Majuro",
    "Mid-Atlantic": "Atlantic/South_Georgia",
    "Midway Island": "Pacific/Midway",
    "Mountain Time (US & Canada)": "America/Denver",
    "Mumbai": "Asia/Kolkata",
    "New Caledonia": "Pacific/Noumea",
    "New Delhi": "Asia/Kolkata",
    "Newfoundland": "America/St_Johns",
    "Nuku'alofa": "Pacific/Tongatapu",
    "Osaka": "Asia/Tokyo",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Pretoria": "Africa/Johannesburg",
    "Quito": "America/Lima",
    "Samoa": "Pacific/Apia",
    "Sapporo": "Asia/Tokyo",
    "Saskatchewan": "America/Regina",
    "Solomon Is.": "Pacific/Guadalcanal",
    "Sri Jayawardenepura": "Asia/Colombo",
    "St. Petersburg": "Europe/Moscow",
    "Tokelau Is.": "Pacific/Fakaofo",
    "UTC": "Etc/UTC",
    "Wellington": "Pacific/Auckland",
    "West Central Africa": "Africa/Algiers",
}
"""IANA zones by the names of Rails (`ActiveSupport::TimeZone::MAPPING`)."""


def iana_zone(name: str) -> str | None:
    """Return the IANA name of a zone given by its Rails or its IANA name; None when there is none
    of that name.
    """
    iana_name = RAILS_ZONES.get(name, name)
    try:
        zone_named(iana_name)
    except ValueError:
        return None
    return iana_name
