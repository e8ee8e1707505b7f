from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_zoom.api.meeting_numbers import format_meeting_number, parse_meeting_number, quote_segment, quote_uuid


numbers = st.integers(min_value=100_000_000, max_value=99_999_999_999)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12345678901", 12345678901),
        ("123 4567 8901", 12345678901),
        ("  123-456-7890 ", 1234567890),
        ("123\u00a04567\u20098901", 12345678901),
        ("123\u20114567\u20138901", 12345678901),
        ("https://zoom.us/j/12345678901", 12345678901),
        ("https://us02web.zoom.us/j/12345678901?pwd=secret.1#success", 12345678901),
        ("http://school.zoom.us/w/12345678901?tk=abc&pwd=x", 12345678901),
        ("https://zoom.us/s/12345678901?zak=abc", 12345678901),
        ("https://app.zoom.us/wc/12345678901/join?pwd=x", 12345678901),
        ("https://zoom.us/wc/join/12345678901", 12345678901),
        ("https://app.zoom.us/wc/12345678901/start", 12345678901),
        ("https://zoom.us/webinar/register/12345678901", 12345678901),
        ("https://zoom.us/j/12345678901/", 12345678901),
        ("us02web.zoom.us/j/12345678901", 12345678901),
        ("HTTPS://US02WEB.ZOOM.US/j/12345678901", 12345678901),
    ],
)
def test_a_number_or_link_as_people_paste_it_is_understood(written, number):
    assert parse_meeting_number(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "my lesson",
        "12345678",
        "1234567890123",
        "012345678901",
        "-12345678901x",
        "١٢٣٤٥٦٧٨٩٠١",
        "12345678901 or so",
        "https://zoom.us/",
        "https://zoom.us/j/",
        "https://zoom.us/my/teacher",
        "https://zoom.us/webinar/register/WN_abcDEF123",
        "https://zoom.us/meeting/register/tJwkd-GrqDMtHtKkLKf0",
        "https://zoom.us/j/12345678901abc",
        "https://zoom.us.example/j/12345678901",
        "https://notzoom.us/j/12345678901",
        "https://zoom.us@evil.example/j/12345678901",
        "javascript://zoom.us/j/12345678901",
        "ftp://zoom.us/j/12345678901",
        "https://[zoom.us/j/12345678901",
        "http://127.0.0.1:8900/j/12345678901",
        "https://zoom.us/j/" + "1" * 3000,
    ],
)
def test_what_names_no_meeting_is_refused(written):
    with pytest.raises(ValueError):
        parse_meeting_number(written)


def test_a_link_of_another_host_is_taken_where_the_site_says_so():
    def practice(address: str) -> bool:
        return address == "https://127.0.0.1:8900"

    assert parse_meeting_number("http://127.0.0.1:8900/j/12345678901?pwd=x", is_known=practice) == 12345678901
    with pytest.raises(ValueError, match="not a link to Zoom"):
        parse_meeting_number("https://zoom.us/j/12345678901", is_known=practice)


@given(numbers)
def test_a_formatted_number_reads_back_as_itself(number):
    assert parse_meeting_number(format_meeting_number(number)) == number


@given(numbers, st.text(max_size=30))
def test_the_rest_of_a_link_never_changes_the_number(number, rest):
    assert parse_meeting_number(f"https://zoom.us/j/{number}?pwd={rest}") == number


@given(st.text())
def test_any_text_gives_a_number_or_a_value_error(text):
    try:
        number = parse_meeting_number(text)
    except ValueError:
        return
    assert 100_000_000 <= number <= 999_999_999_999


@pytest.mark.parametrize(
    ("number", "shown"),
    [(123456789, "123 456 789"), (1234567890, "123 456 7890"), (12345678901, "123 4567 8901")],
)
def test_a_number_is_grouped_as_zoom_shows_it(number, shown):
    assert format_meeting_number(number) == shown


@pytest.mark.parametrize(
    ("uuid", "quoted"),
    [
        ("4444AAAiAAAAAiAiAiiAii==", "4444AAAiAAAAAiAiAiiAii%3D%3D"),
        ("a/b+c==", "a%2Fb%2Bc%3D%3D"),
        ("/abc==", "%252Fabc%253D%253D"),
        ("a//c==", "a%252F%252Fc%253D%253D"),
    ],
)
def test_a_uuid_is_encoded_twice_exactly_where_zoom_wants_it(uuid, quoted):
    assert quote_uuid(uuid) == quoted


@given(
    st.text(alphabet=st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip() not in ("", ".", ".."))
)
def test_an_id_stays_one_segment_of_a_path(text):
    quoted = quote_segment(text)
    assert not set(quoted) & set("/?#&% ") - {"%"}
    assert unquote(quoted) == text


@pytest.mark.parametrize("text", ["", " ", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(text):
    with pytest.raises(ValueError):
        quote_segment(text)
    with pytest.raises(ValueError):
        quote_uuid(text)
