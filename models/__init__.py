"""What a complaint is: tables, policy and rules of 《顾客投诉管理办法》. Knows no web."""
