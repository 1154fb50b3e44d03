"""What can be wrong with one order, and what only looks wrong."""

from __future__ import annotations

from scripts.sample.document import fault, repair

_ADDRESS = {"street": "5 Low Road", "city": "Leeds"}  # names nobody
_MADE = {"createdAt": "2026-01-11T10:00:00Z", "updatedAt": "2026-01-12T11:00:00Z"}

FAULTS = (
    fault("id_malformed", "an object", id={"order": 1}),
    fault(
        "site_id_missing",
        "no site in the document or the key, and an e-mail of nobody",
        drop="siteId",
        employeeEmail="nobody@elsewhere.example",
    ),
    fault("site_unknown", "a site that is nowhere", siteId="site-nowhere"),
    fault(
        "site_unknown",
        "a site that is nowhere, in the key alone",
        drop="siteId",
        key="order:site-nowhere:{id}",
    ),
    fault("site_id_malformed", "a list", siteId=["site-001"]),
    fault("client_unknown", "a client that is nowhere", clientId="client-nowhere"),
    fault("client_id_malformed", "an object", clientId={"id": "client-001"}),
    fault("product_id_malformed", "an object", giftId={"id": "gift-1"}),
    fault("employee_id_malformed", "a list", employeeId=["emp-001"]),
    fault("order_number_malformed", "an object", orderNumber={"n": 1}),
    fault("customer_name_malformed", "an object", customerName={"first": "Bexa"}),
    fault(
        "customer_name_missing",
        "neither address nor employee",
        drop="employeeId employeeName",
        shippingAddress=_ADDRESS,
    ),
    fault("customer_email_missing", "no e-mail and no employee", drop="employeeId employeeEmail"),
    fault("customer_email_malformed", "a name", employeeEmail="Bexa Ashbell"),
    fault("customer_email_malformed", "a dot last", userEmail="bexa@staff.example."),
    fault("customer_employee_id_malformed", "an object in a text column", userId={"id": 7}),
    fault("status_unmapped", "flaw 11: failed", status="failed"),
    fault("status_malformed", "a number in a list", status=[1]),
    fault(
        "total_amount_missing",
        "no amount and no product",
        drop="totalValue itemValue",
        giftId="gift-nowhere",
    ),
    fault("total_amount_malformed", "NaN as text", totalValue="NaN"),
    fault("total_amount_malformed", "a currency sign", totalValue="$25.00"),
    fault("total_amount_malformed", "an object", totalAmount={"EUR": 25}),
    fault("total_amount_out_of_range", "negative", totalValue=-5),
    fault("total_amount_out_of_range", "one digit too many", totalValue=100_000_000),
    fault("currency_malformed", "a list", currency=["EUR"]),
    fault("shipping_address_malformed", "a text", shippingAddress="1 Quay Road, Porto"),
    fault("shipping_address_malformed", "a list", shippingAddress=["1 Quay Road"]),
    fault("items_malformed", "an object", items={"sku": "SK-1"}),
    fault("metadata_malformed", "a list", metadata=["timeline"]),
    fault("tracking_number_malformed", "a list", trackingNumber=["TRK1"]),
    fault("notes_malformed", "a boolean", notes=True),
    fault("confirmed_at_malformed", "a word", confirmedAt="soon"),
    fault(
        "shipped_at_malformed", "a word where a time is needed", status="shipped", shippedAt="soon"
    ),
    fault("delivered_at_malformed", "a month with another name", actualDelivery="Mars 3, 2026"),
    fault("delivered_at_malformed", "no such day", actualDelivery="February 30, 2026"),
    fault("cancelled_at_malformed", "infinity", cancelledAt="-infinity"),
    fault("created_at_malformed", "a long date", drop="createdAt", orderDate="March 3, 2026"),
    fault("created_at_malformed", "now", createdAt="now"),
    fault("updated_at_malformed", "a number as text of words", updatedAt="3 days ago"),
    fault(
        "customer_email_malformed site_unknown status_unmapped total_amount_out_of_range",
        "flaw 17: every reason is told, not the first",
        siteId="site-nowhere",
        employeeEmail="nobody",
        status="failed",
        totalValue=-5,
    ),
)
REPAIRS = (
    repair("flaw 11: in transit is shipped", {"status": "shipped"}, status="in_transit"),
    repair(
        "flaw 11: out for delivery is shipped", {"status": "shipped"}, status="out_for_delivery"
    ),
    repair(
        "flaw 11: shipped without a time takes the timeline's",
        {"status": "shipped", "shipped_at": "2026-01-13 09:30:00+00"},
        status="shipped",
        timeline=[
            {"status": "pending", "timestamp": "2026-01-11T10:00:00Z"},
            {"status": "shipped", "timestamp": "2026-01-13T09:30:00Z"},
        ],
        **_MADE,
    ),
    repair(
        "flaw 11: shipped without any time takes updated_at",
        {"shipped_at": "2026-01-12 11:00:00+00", "delivered_at": None},
        status="shipped",
        **_MADE,
    ),
    repair(
        "flaw 11: cancelled without any time but the first",
        {"status": "cancelled", "cancelled_at": "2026-01-11 10:00:00+00"},
        drop="updatedAt",
        status="cancelled",
        createdAt="2026-01-11T10:00:00Z",
    ),
    repair(
        "flaw 12: delivered on a date in words",
        {"status": "delivered", "delivered_at": "2026-03-03 00:00:00+00"},
        status="delivered",
        actualDelivery="March 3, 2026",
    ),
    repair(
        "flaw 5: a product that is nowhere is null", {"product_id": None}, giftId="gift-nowhere"
    ),
    repair(
        "flaw 5: an employee that is nowhere is null, its text stays",
        {"employee_id": None, "customer_employee_id": "domain-{id}"},
        employeeId="domain-{id}",
    ),
    repair("flaw 9: no number", {"order_number": "{id}"}, drop="orderNumber"),
    repair("no status", {"status": "pending"}, drop="status"),
    repair(
        "the early version's total of nothing", {"total_amount": "0.00"}, totalValue=0, itemValue=0
    ),
    repair(
        "an item's value times the quantity",
        {"total_amount": "37.50"},
        drop="totalValue",
        itemValue=12.5,
        quantity=3,
    ),
    repair(
        "the embedded gift's price times the quantity",
        {"total_amount": "20.00"},
        drop="totalValue itemValue",
        gift={"price": 10},
        quantity=2,
    ),
    repair(
        "the product's price times the quantity",
        {"total_amount": "51.00"},
        drop="totalValue itemValue",
        quantity=2,
    ),
    repair(
        "a total under an older name", {"total_amount": "9.90"}, drop="totalValue", totalPrice=9.9
    ),
    repair("an amount as text", {"total_amount": "19.99"}, totalValue="19.99"),
    repair("the product's currency", {"currency": "EUR"}, drop="currency"),
    repair(
        "the name of the addressee",
        {"customer_name": "Bexa Ashbell"},
        drop="employeeName",
        shippingAddress={"name": "Bexa Ashbell", "city": "Leeds"},
    ),
    repair(
        "a name beside an address without one",
        {"customer_name": "Corin Elderfenn"},
        employeeName="Corin Elderfenn",
        shippingAddress=_ADDRESS,
    ),
    repair("no address", {"shipping_address": "{}"}, drop="shippingAddress"),
    repair("who ordered, as the application's user", {"customer_employee_id": "u-7"}, userId="u-7"),
)
