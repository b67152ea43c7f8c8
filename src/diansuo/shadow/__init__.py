"""The shadow engine (影子核算): every bill once more, one customer at a time, the way one would do it on paper.

It exists to contradict the engine that bills. It shares nothing with it but the rulebook: no column, no price table,
no rounding function; ``Decimal`` and ``Fraction`` instead of whole fen and Wh. Slow on purpose, obvious on purpose.

Read it in the order in which a bill comes about::

    exact.py             rounding, and the one way to say that there is no bill
    rules_of.py          what the rulebook says on every day of use
    registers.py         from readings to what a point used
    household.py         steps, peak and valley, shared meters, many persons, free energy
    household_years.py   days of one class and one year of steps: class, owner, closing
    household_change.py  a household's bill when a price changes inside it; a year settled anew
    points.py            master and sub-meters, fixed quantities and ratios
    losses.py            losses of a transformer and a line
    transformers.py      one or several transformers, by formula or by table
    supply.py            from a settled month and the archive to what a factory is billed for
    factory.py           components, periods, market and the 1.5-fold
    charges.py           capacity and demand
    power_factor.py      the adjustment by the power factor
    factory_bill.py      all of it on one bill
    factory_change.py    a factory's bill when a price or its terms change inside it
"""
