"""Money: prices, forecasts, days, and the purse that reserves before anything is spent."""
