"""The pages, feeds, badges and tables as a folder that any web server can show.

What is published is made by what is served, with links between files, as of one moment: the same
database and the same moment give the same bytes.
"""

from exporters.publication.data_files import forms
from exporters.publication.folder import Folder
from exporters.publication.publishing import publish
from exporters.publication.scope import Scope

__all__ = ("Folder", "Scope", "forms", "publish")
