"""What makes a page answer to its reader: a script, its style, and the numbers that it draws.

Without the script a page is whole. With it tables sort, are searched and saved, figures are saved
as drawings and pictures, and the page of a run draws its curves and a map of nations itself.
"""
