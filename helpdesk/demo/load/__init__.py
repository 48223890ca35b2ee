"""Making the demo studio's two months through the desk's own services, with a clock that travels."""
