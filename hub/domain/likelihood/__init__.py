"""Matching persons by likelihood (Fellegi and Sunter): what is compared, how it is weighed, who is compared. Pure."""
